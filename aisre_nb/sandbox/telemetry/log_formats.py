"""How each service writes a line: JSON, logfmt, or plain text, some of it with the stack trace in the text."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

FORMATS: Mapping[str, str] = {
    "payment": "json",
    "checkout": "json",
    "api-gateway": "logfmt",
    "inventory": "logfmt",
    "recommendation": "traceback",
}
"""By service; the others write plain text and tell exceptions as OpenTelemetry has them."""


def written(
    style: str, severity: str, body: str, attributes: Mapping[str, str], at: str, trace: str
) -> tuple[str, dict[str, str]]:
    """The line, and the attributes that it leaves to be told beside it."""
    return _STYLES.get(style, _plain)(severity, body, attributes, at, trace)


def _plain(severity: str, body: str, attributes: Mapping[str, str], at: str, trace: str) -> tuple[str, dict[str, str]]:
    return body, dict(attributes)


def _json(severity: str, body: str, attributes: Mapping[str, str], at: str, trace: str) -> tuple[str, dict[str, str]]:
    told = {"time": at, "level": severity.lower(), "msg": body} | ({"trace_id": trace} if trace else {})
    return json.dumps(told, ensure_ascii=False), dict(attributes)


def _logfmt(severity: str, body: str, attributes: Mapping[str, str], at: str, trace: str) -> tuple[str, dict[str, str]]:
    quoted = body.replace("\\", "\\\\").replace('"', '\\"')
    return f'level={severity.lower()} msg="{quoted}"' + (f" trace_id={trace}" if trace else ""), dict(attributes)


def _traceback(
    severity: str, body: str, attributes: Mapping[str, str], at: str, trace: str
) -> tuple[str, dict[str, str]]:
    left = {name: value for name, value in attributes.items() if not name.startswith("exception.")}
    stack = attributes.get("exception.stacktrace", "").rstrip()
    return (f"{body}\n{stack}" if stack else body), left


_STYLES: Mapping[str, Callable[[str, str, Mapping[str, str], str, str], tuple[str, dict[str, str]]]] = {
    "json": _json,
    "logfmt": _logfmt,
    "traceback": _traceback,
}
