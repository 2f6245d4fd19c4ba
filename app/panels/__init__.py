"""Who speaks on an item."""
