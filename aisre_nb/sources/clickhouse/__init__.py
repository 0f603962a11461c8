"""The OpenTelemetry exporter's tables in ClickHouse, asked over HTTP by the same questions as a telemetry folder."""
