"""Mail that comes in: answers of calendar programs and of people, and delivery reports."""
