"""Foundations that know nothing of meetings."""
