"""Reminding those who have not acted, and telling organizers every morning."""
