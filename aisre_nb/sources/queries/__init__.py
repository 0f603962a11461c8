"""The questions that are put to telemetry, each written once as an Ibis expression for DuckDB and ClickHouse."""
