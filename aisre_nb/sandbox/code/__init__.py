"""Changes of the shop's source that break it, and probes that find out by running it."""
