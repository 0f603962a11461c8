"""Logs from Loki."""
