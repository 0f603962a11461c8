"""The few words of English that tell what stands beside them in a log line."""

from __future__ import annotations

DATES = (
    "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun",
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    "UTC", "GMT", "EST", "EDT", "CST", "CDT", "MST", "MDT", "PST", "PDT", "CET", "CEST", "AM", "PM",
)  # fmt: skip
"""Parts of a date, where a number is near."""

UNITS = (
    "B", "kB", "KB", "MB", "GB", "TB", "PB", "KiB", "MiB", "GiB", "TiB", "K", "M", "G",
    "ns", "us", "µs", "ms", "s", "sec", "secs", "min", "mins", "h", "%",
)  # fmt: skip
"""Units, which change with the size of the number before them."""

NAMING = frozenset({
    "user", "users", "username", "account", "group", "client", "host", "hostname", "domain",
    "server", "node", "service", "device", "interface", "program", "process", "thread", "task",
    "job", "pod", "container", "file", "package", "module", "name",
})  # fmt: skip
"""Nouns that are followed by the name of one of their kind."""

FLAGS = frozenset({"true", "false", "null", "none", "nil", "undefined", "yes", "no"})
"""Words that are values where a key stands before them."""
