"""What chooses the next step: Claude, any OpenAI-compatible endpoint, the built-in investigator, or a record."""
