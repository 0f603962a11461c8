"""Evidence as it stands in a record, and back. What comes back may be a stranger's: each field is looked at."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime
from typing import Any, get_args

from aisre_nb.evidence.digest import plain_json
from aisre_nb.evidence.evidence import Evidence, EvidenceKind
from aisre_nb.evidence.unread import Read, Unread
from aisre_nb.times import Window, instant

_TEXTS = ("title", "summary", "tool", "source", "query", "text", "digest")


def as_json(evidence: Evidence) -> dict[str, Any]:
    """Everything but the frame, as JSON."""
    data = {f.name: getattr(evidence, f.name) for f in fields(evidence) if f.name not in ("frame", "window")}
    data["window"] = evidence.window.as_json() if evidence.window else None
    # Through JSON and back, so that what is in memory equals what will be read.
    return json.loads(json.dumps(plain_json(data), default=str))  # type: ignore[no-any-return]


def from_json(number: str, data: Mapping[str, Any], read: Read) -> Unread:
    """The inverse; its frame is read when it is looked at."""
    text = {name: data[name] if isinstance(data.get(name), str) else "" for name in _TEXTS}
    kind: EvidenceKind = data["kind"] if data.get("kind") in get_args(EvidenceKind) else "table"
    link = data.get("link")
    return Unread.of(
        read,
        **text,
        id=number,
        kind=kind,
        arguments=_object(data.get("arguments")),
        facts=_object(data.get("facts")),
        window=_window(data.get("window")),
        fetched_at=_instant(data.get("fetched_at")),
        link=link if isinstance(link, str) and link.startswith(("http://", "https://")) else None,
    )


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _window(value: Any) -> Window | None:
    start, end = _instant(_object(value).get("start")), _instant(_object(value).get("end"))
    return Window(start, end) if start and end and start < end else None


def _instant(value: Any) -> datetime | None:
    try:
        return instant(value) if isinstance(value, str) else None
    except Exception:
        return None
