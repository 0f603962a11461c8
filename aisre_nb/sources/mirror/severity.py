"""A severity as a log's fields tell it: a word, or a number of OpenTelemetry's or syslog's."""

from __future__ import annotations

_PINO = {10: "TRACE", 20: "DEBUG", 30: "INFO", 40: "WARN", 50: "ERROR", 60: "FATAL"}


def text(told: str) -> str:
    """In capital letters; what says nothing is empty."""
    word = told.strip().upper()
    if word.isdigit():
        return _PINO.get(int(word), "") if len(word) <= 2 else ""
    return "" if word in ("UNKNOWN", "UNSPECIFIED", "NONE", "-", "NULL") else word[:40]


def number(told: str) -> int:
    """OpenTelemetry's, 1 to 24; 0 for anything else."""
    word = told.strip()
    return int(word) if word.isdigit() and len(word) <= 2 and 1 <= int(word) <= 24 else 0
