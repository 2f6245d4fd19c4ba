"""Agendas as files of other programs, in and out; and what must not be at the same time."""
