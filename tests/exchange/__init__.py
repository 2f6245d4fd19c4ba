"""Agendas as files, and declared conflicts."""
