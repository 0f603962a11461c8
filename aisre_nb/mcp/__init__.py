"""The Model Context Protocol, both ways: other servers' tools for our investigations, ours for other assistants."""
