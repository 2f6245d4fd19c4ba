"""Who briefs for each working group, for how long, and what is missing still."""
