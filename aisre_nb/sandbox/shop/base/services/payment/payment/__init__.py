"""Charges cards at the provider."""
