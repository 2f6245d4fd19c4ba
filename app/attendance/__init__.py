"""Who was present, and quorum."""
