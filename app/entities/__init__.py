"""Member organizations, who acts for them, and their people."""
