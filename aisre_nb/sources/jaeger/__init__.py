"""Traces from Jaeger and what speaks its API."""
