"""A house's own page as an address with placeholders: ``https://grafana.example/explore?q={query}&from={start_ms}``.

A value is percent-encoded, so that it stays within its place whatever it holds: neither host nor path can become
another one. Within JSON in an address, ``{query_json}`` and the like are also escaped as JSON's texts are.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC
from urllib.parse import quote, unquote, urlsplit

from aisre_nb.errors import ConfigurationError
from aisre_nb.times import Window, rfc3339

NAMES = (
    "query", "service", "trace_id", "commit", "path", "from", "to",
    "start", "end", "start_ms", "end_ms", "start_s", "end_s", "start_us", "end_us",
)  # fmt: skip
"""What a placeholder may be called; each may have ``_json`` behind it."""

_PLACE = re.compile(r"\{([a-z_]+)\}")
_BAD = re.compile(r"[\s\\<>\"'`\x00-\x20\x7f]")
_LONGEST = 8000
"""Characters that servers and browsers take of an address."""


def checked(template: object, where: str) -> str:
    """The template. Raises `ConfigurationError` for what could lead anywhere else than it says."""
    next_step = 'write link = "https://grafana.example/explore?…{query}…{start_ms}…{end_ms}"'
    if not isinstance(template, str) or not template.startswith(("https://", "http://")):
        raise ConfigurationError(f"{where} is no address that begins with https:// or http://", next_step)
    try:
        parts = urlsplit(template)
        host = parts.hostname
        _ = parts.port
    except ValueError:
        host = None
    if not host or "@" in parts.netloc or _PLACE.search(parts.netloc) or "%" in parts.netloc:
        raise ConfigurationError(f"{where} needs a host of its own, without a user or a placeholder in it", next_step)
    bare = _PLACE.sub("x", template).replace('"', "") if parts.query or parts.fragment else _PLACE.sub("x", template)
    if _BAD.search(bare) or not _is_straight(parts.path):
        raise ConfigurationError(f"{where} holds a blank, a backslash or a .. that no address may hold", next_step)
    unknown = [name for name in _PLACE.findall(template) if name.removesuffix("_json") not in NAMES]
    if unknown:
        known = ", ".join(f"{{{name}}}" for name in NAMES)
        raise ConfigurationError(f"{where} has {{{unknown[0]}}}, which means nothing", f"there are {known}")
    return template


def filled(template: str, values: Mapping[str, str | None]) -> str | None:
    """The address; None where a value is not known, where it would leave its path, or where it is too long."""
    wanted = _PLACE.findall(template)
    if any(not values.get(name.removesuffix("_json")) for name in wanted):
        return None

    def value(place: re.Match[str]) -> str:
        name = place[1].removesuffix("_json")
        text = values[name] or ""
        return encoded(json.dumps(text)[1:-1] if place[1].endswith("_json") else text)

    address = _PLACE.sub(value, template).replace('"', "%22")
    return address if len(address) <= _LONGEST and _is_straight(urlsplit(address).path) else None


def encoded(text: str) -> str:
    """For one parameter or one segment of a path."""
    return quote(text, safe="", errors="replace")


def times(window: Window | None) -> dict[str, str]:
    """The placeholders of a window: RFC 3339, and milliseconds, seconds and microseconds since 1970."""
    if window is None:
        return {}
    found: dict[str, str] = {}
    for name, at in (("start", window.start), ("end", window.end)):
        seconds = at.astimezone(UTC).timestamp()
        found |= {name: rfc3339(at), f"{name}_ms": str(round(seconds * 1e3)), f"{name}_s": str(int(seconds)),
                  f"{name}_us": str(round(seconds * 1e6))}  # fmt: skip
    return found


def _is_straight(path: str) -> bool:
    """No segment of it is one that a browser takes for another place: ``..`` climbs, also as ``%2e%2e``."""
    return not any(unquote(segment) in (".", "..") for segment in path.split("/"))
