"""What is kept about people, for what, and until when; and how it ends."""
