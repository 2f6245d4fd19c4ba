"""Facts recorded inside the transaction; the log that everything else follows."""

from app.events.log import Actor, Event, announce, react_to, record, record_each

__all__ = ["Actor", "Event", "announce", "react_to", "record", "record_each"]
