"""Every table of the service and what in it is personal: a module for each part of it.

A test compares this with the tables. A new column stands in `plain`, or in `personal` with its
purpose, who sees it and until when it is kept; a new table in the module of its part, or in one of
its own that is named here. Export, erasure and the public list of fields follow from it.
"""

from app.privacy.declared import delegations, directory, identity, mails, meetings
from app.privacy.declared.model import Declared, Personal

PARTS = (identity, meetings, delegations, mails, directory)
TABLES: tuple[Declared, ...] = tuple(each for part in PARTS for each in part.TABLES)

__all__ = ["PARTS", "TABLES", "Declared", "Personal"]
