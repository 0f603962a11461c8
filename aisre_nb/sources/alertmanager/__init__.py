"""Prometheus' Alertmanager, by its API of version 2."""
