"""Calendar entries as every calendar program reads them: pure bytes from plain values."""
