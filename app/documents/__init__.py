"""Documents of a meeting: symbols, language versions, revisions, access, and their bytes."""
