"""Text of PromQL: selectors whose values cannot become anything else."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Literal

Operator = Literal["=", "!=", "=~", "!~"]
Matcher = tuple[str, Operator, str]
"""Label, operator, value."""

_NAME = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")
_LABEL = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")
_SPECIAL = re.compile(r"([\\.+*?()|\[\]{}^$])")


def selector(name: str, matchers: Sequence[Matcher] = ()) -> str:
    """``http_requests_total{service="cart"}``; names that are no plain words stand in the braces (Prometheus 3)."""
    plain = bool(_NAME.fullmatch(name))
    inside = [] if plain or not name else [f"__name__={quoted(name)}"]
    inside += [f"{label_name(label)}{operator}{quoted(value)}" for label, operator, value in matchers]
    return (name if plain else "") + (f"{{{','.join(inside)}}}" if inside or not plain else "")


def quoted(text: str) -> str:
    """A string of PromQL."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def label_name(label: str) -> str:
    """A label as it stands in a query."""
    return label if _LABEL.fullmatch(label) else quoted(label)


def one_of(values: Iterable[str]) -> str:
    """A regular expression (RE2) that fits these texts alone."""
    return "|".join(_SPECIAL.sub(r"\\\1", value) for value in values)


def listed(labels: Iterable[str]) -> str:
    """Labels behind ``by`` or ``without``."""
    return ", ".join(label_name(label) for label in labels)
