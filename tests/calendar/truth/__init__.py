"""Calendar truth: whether calendar programs of other makers get the instants of what we emit.

A case is a zone and a sitting there. `objects` makes of it what the service would send, `readers`
read those, `judge` compares. `python -m tests.calendar.truth` does so for 400 zones.
"""
