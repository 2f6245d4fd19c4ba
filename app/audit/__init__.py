"""Reading the log: by meeting, and as the audit trail."""
