"""Files of an entity at a meeting: letters, notes verbales, what a question asks for."""
