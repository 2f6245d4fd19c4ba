"""Work that happens later."""
