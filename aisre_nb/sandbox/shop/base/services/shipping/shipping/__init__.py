"""Shipping offers."""
