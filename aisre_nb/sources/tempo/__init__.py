"""Traces from Tempo."""
