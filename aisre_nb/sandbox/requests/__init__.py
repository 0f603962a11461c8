"""Single requests, which meet what the engine says of their instant."""
