"""How much a feed shows, and for how long it still shows what is no more."""

from datetime import timedelta
from typing import Final

HISTORY: Final = timedelta(days=400)
FAREWELL: Final = timedelta(days=30)
"""What was cancelled or withdrawn is shown as cancelled for so long, so that programs which ask
rarely take it out of their calendars too."""
MOST: Final = 500
"""Entries of one feed: those nearest to the present."""
MOST_WORDS: Final = 1_000
"""Characters of a description in calendars that many read."""
MOST_NAMES: Final = 100
"""Of a delegation, in the description of one entry."""
REFRESH: Final = timedelta(hours=1)
