"""Grafana as a door: what is behind it by our own connectors through its proxy, and its dashboards' queries."""
