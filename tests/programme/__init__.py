"""Tests of the agenda and the programme as papers."""
