"""People, what they did and what they ordered, in SQL."""
