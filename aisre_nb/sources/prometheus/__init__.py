"""Prometheus, and what speaks its HTTP API: VictoriaMetrics, Mimir, Thanos, Cortex."""
