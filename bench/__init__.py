"""What the service does per second, beside what its database and its server can do at best."""
