"""The shapes of the starter networks and what they begin as."""
