"""A meeting and its life."""
