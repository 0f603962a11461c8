"""What decides how the shop behaves: pods, nodes, settings and load, advanced in small steps of time."""
