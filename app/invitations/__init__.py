"""Which entities are asked, with what seat quota, and what they answered."""
