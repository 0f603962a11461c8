"""Logs from OpenSearch and Elasticsearch."""
