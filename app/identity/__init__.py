"""Who is calling: accounts, roles, tokens, links, and the one place that decides."""
