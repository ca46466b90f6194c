"""The studio as a house: who works in it, what waits for them, what they have ordered."""
