"""What is told of the shop: metrics, logs, traces, alerts, as tables of OpenTelemetry."""
