"""The migration that this program needs; `/readyz` refuses every other."""

REVISION = "0038"
