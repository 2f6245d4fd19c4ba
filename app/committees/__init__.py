"""Standing bodies, their working groups and their dated membership."""
