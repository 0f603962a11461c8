"""Nothing is changed that a person did not approve, exactly as it was shown to them."""
