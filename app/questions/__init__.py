"""What a meeting asks of those who come: its form, version by version."""
