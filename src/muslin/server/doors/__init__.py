"""How one comes in, and what is handed out that is no page: pictures, files, live events."""
