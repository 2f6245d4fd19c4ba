"""The reference meeting, walked through the HTTP API from the invitation to the record."""

from app.demo.rehearsal import load

__all__ = ["load"]
