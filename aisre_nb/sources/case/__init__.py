"""A telemetry folder made out of a finished investigation: cut from the one it asked, or rebuilt from its evidence."""
