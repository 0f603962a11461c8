"""What one call returned, kept: frame, query, window, and a bounded text for the model."""
