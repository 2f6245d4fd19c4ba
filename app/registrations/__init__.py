"""Who comes: delegations, seats and the waiting list."""
