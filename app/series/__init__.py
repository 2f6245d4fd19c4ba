"""Recurring meetings of a committee, made from a template."""
