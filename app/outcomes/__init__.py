"""Decisions, action items and the record."""
