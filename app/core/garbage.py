"""What Python's garbage collector looks at: not at what lives as long as the process.

The application and its libraries are hundreds of thousands of objects that are never garbage. To
look at all of them takes a fifth of a second, in which nobody is answered; one request for a large
agenda would make it happen several times.
"""

import gc
from functools import cache
from typing import Final

YOUNG: Final = 20_000
"""Objects that are made before the collector looks at them."""


@cache
def leave_alone() -> None:
    """Have the collector pass over everything there is now; once for a process."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG)
