"""How many were registered and came, told by entity, role, mode, gender and level."""
