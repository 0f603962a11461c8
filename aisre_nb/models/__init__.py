"""What chooses the next step: Claude, the built-in investigator, or a record being replayed."""
