"""Follows the log and tells people."""
