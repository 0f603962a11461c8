"""The value that an answer holds: structured content, or JSON or YAML in its texts."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from functools import cache
from typing import Any, ClassVar

_BLOCKS = frozenset({"text", "image", "audio", "resource", "resource_link"})
_YAML = 2_000_000
"""Characters of YAML that are read: it takes about ten times as long as JSON."""
_FIRST = re.compile(r"(?:- )?[A-Za-z_][\w.-]*:(?: |\n)")
_ANCHOR = re.compile(r"(?:^|[\s\[{,:-])[&*]\w")
"""What a small text that becomes a large value is made of."""
_PLAIN = (
    ("null", "null|~|", ("n", "~", "")),
    ("bool", "true|false", "tf"),
    ("int", r"-?(?:0|[1-9][0-9]{0,17})", "-0123456789"),
    ("float", r"-?(?:0|[1-9][0-9]{0,17})\.[0-9]+(?:e[-+]?[0-9]{1,3})?", "-0123456789"),
)


def value(structured: Any, texts: Sequence[str]) -> Any:
    """Of structured content, else of the texts; None where an answer is prose."""
    if structured is not None and not _repeats(structured):
        return _told(structured, texts)
    parts = [parsed(text) for text in texts]
    if not parts or any(part is None for part in parts):
        return None
    return parts[0] if len(parts) == 1 else parts


def _told(structured: Any, texts: Sequence[str]) -> Any:
    """Without the object that the protocol, or a server, put around what is none: a list, or the text itself."""
    if not isinstance(structured, dict) or len(structured) != 1:
        return structured
    [(name, inner)] = structured.items()
    if isinstance(inner, str) and (name == "result" or inner == "\n".join(texts)):
        found = parsed(inner)
        return inner if found is None else found
    return inner if name == "result" else structured


def _repeats(structured: Any) -> bool:
    """Whether it is the content's own blocks once more, pictures with their bytes."""
    blocks = structured.get("content") if isinstance(structured, dict) and len(structured) == 1 else None
    return (
        isinstance(blocks, list)
        and bool(blocks)
        and all(isinstance(b, dict) and b.get("type") in _BLOCKS and {"text", "data", "resource", "uri"} & set(b)
                for b in blocks)
    )  # fmt: skip


def parsed(text: str) -> Any:
    """JSON, one JSON object a line, or YAML that is rows or an object of Kubernetes; None where it is neither."""
    text = text.strip()
    if not text.startswith(("{", "[")):
        return _yaml(text)
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        pass
    try:
        lines = [json.loads(line) for line in text.splitlines() if line.strip()]
    except (ValueError, RecursionError):
        return None
    return lines if len(lines) > 1 else None


def _yaml(text: str) -> Any:
    """Prose can be YAML by chance, and is left as it is: a note with a colon, a list whose items are unlike."""
    body = re.sub(r"\A(?:#[^\n]*\n|\s*\n|---\n)+", "", text)
    if len(body) > _YAML or not _FIRST.match(body) or _ANCHOR.search(body):
        return None
    import yaml

    try:
        # A tag can make what JSON has not.
        found = json.loads(json.dumps(yaml.load(body, _loader()), default=str))
    except (yaml.YAMLError, ValueError, TypeError, RecursionError, OverflowError):
        return None
    if isinstance(found, list) and found and all(isinstance(row, dict) and row for row in found):
        return found if len(set.intersection(*(set(row) for row in found))) > 1 else None
    return found if isinstance(found, dict) and {"apiVersion", "kind"} <= set(found) else None


@cache
def _loader() -> Any:
    """Of what JSON has alone: a time, a version or ``on`` stays the text that it is."""
    import yaml

    class Plain(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
        yaml_implicit_resolvers: ClassVar[dict[str, Any]] = {}

    for kind, pattern, first in _PLAIN:
        Plain.add_implicit_resolver(f"tag:yaml.org,2002:{kind}", re.compile(rf"(?:{pattern})\Z"), list(first))
    return Plain
