"""Text that seems to be meant for an assistant, or for a page or a shell that would run it: flagged, never hidden.

Nothing depends on what is found here: what a tool brings is data whether it is flagged or not. The flags are for the
person, who sees that somebody tried, and for the model, which is told once more.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aisre_nb.evidence.invisible import visible
from aisre_nb.evidence.result import ToolResult

if TYPE_CHECKING:
    import pandas as pd

_LONGEST = 20_000
"""Characters of one text that are looked at."""
_DEPTH = 8
_MOST = 5
"""Flags of one result: more of them would hide what they are about."""
_EXCERPT = 80
_CHANGES = (
    r"(?:create|merge|close)_pull_request|(?:rollback|scale|restart)_deployment|set_(?:flag|config)|(?:un)?cordon_node"
    r"|silence_alert|update_incident|undo_action|submit_report"
)
_ASSISTANT = r"(?:(?:ai )?assistant|ai agent|ai model|language model|llm|claude|chatgpt|gpt-\d|copilot|sre agent)"

KINDS: Mapping[str, str] = {
    "instructions to an assistant": (
        r"\b(?:ignore|disregard|forget|override|bypass)\b.{0,40}\b(?:previous|prior|above|earlier|all|your|any)\b.{0,40}"
        r"\b(?:instruction|prompt|rule|message|polic|guideline|context)"
        r"|\bnew (?:instructions|directive|system prompt)\b|\bsystem (?:prompt|override)\b"
        rf"|\b{_ASSISTANT}\b.{{0,60}}\b(?:must|should|please|now|call|run|execute|approve|merge|delete|ignore|reply)\b"
        rf"|\b(?:dear|note to|attention|hey|you are (?:now )?(?:an? |the )?)[ ,:]{{0,3}}{_ASSISTANT}\b"
        r"|\bdo not (?:tell|inform|mention|show|reveal)\b.{0,40}\b(?:user|person|operator|human|sre|anyone)\b"
        rf"|\b(?:call|invoke|use|run|execute)\b.{{0,20}}\b(?:{_CHANGES})\b"
    ),
    "a forged message or tool result": (
        r"<\s*/?\s*(?:system|assistant|human|tool_results?|tool_use|function_results?|function_calls|invoke|result)\b"
        r"[^>]{0,80}>|\[/?(?:INST|SYS)\]|<\|[a-z_]{2,20}\|>|(?:^|\n)\s*(?:Human|Assistant):\s"
        r"|\"(?:type|role)\"\s*:\s*\"(?:tool_result|tool_use|assistant|system)\""
    ),
    "a forged approval": (
        r"\b(?:pre-?)?(?:approved|authori[sz]ed)\b.{0,30}\b(?:by|for|to)\b.{0,30}"
        r"\b(?:user|person|operator|admin|sre|on-?call|human|all changes|security)\b"
        r"|\bapproval (?:granted|given|is not (?:required|needed)|not (?:required|needed))\b"
        r"|\bno approval (?:is )?(?:required|needed)\b|\bskip (?:the )?approval\b"
    ),
    "a shell command": (
        r"\b(?:curl|wget)\b[^|\n]{0,200}\|\s*(?:sudo\s+)?(?:ba|z)?sh\b|\brm\s+-rf\s+[/~]|\$\((?:curl|wget|rm|cat)\b|`(?:curl|wget|rm)\b"
        r"|/etc/(?:passwd|shadow)\b|(?:\.\./){2,}"
    ),
    "a picture or link that would leak": (
        r"!\[[^\]\n]{0,100}\]\(\s*(?:https?:)?//|\[[^\]\n]{1,100}\]\(\s*https?://[^)\s]{1,200}\?[^)\s]{1,200}\)"
    ),
    "live HTML": (
        r"<\s*(?:script|iframe|object|embed|svg|img|link|meta|form|base|body|video|math)\b[^>]{0,200}"
        r"|\bon(?:error|load|click|mouseover|focus|toggle)\s*=|\bjavascript:|\bdata:text/html"
    ),
    "an SQL injection": r"'\s*(?:or|and)\s+'?1'?\s*=\s*'?1|;\s*drop\s+table\b|\bunion\s+(?:all\s+)?select\b",
    "hidden characters": (
        "[\u202a-\u202e\u2066-\u2069\u200b\u2060-\u2064\ufeff\U000e0000-\U000e007f]"
        r"|\x1b\]|\x1b\[\d*[JHK]"
    ),
}
_OF_CODE = frozenset({"live HTML", "an SQL injection", "a shell command"})
"""What any program may hold."""
_PATTERNS = {kind: re.compile(pattern, re.IGNORECASE | re.DOTALL) for kind, pattern in KINDS.items()}
_ALL = f"(?is){'|'.join(f'(?:{p})' for p in KINDS.values())}"


@dataclass(frozen=True)
class Suspicion:
    """One text that was noticed."""

    kind: str
    where: str
    """``"row 3, Body"``, ``"title"``."""
    excerpt: str

    def __str__(self) -> str:
        return f"{self.kind} ({self.where}): “{self.excerpt}”"


def suspicions(result: ToolResult) -> list[Suspicion]:
    """What of a result, as it came, looks meant to steer something: one of each kind, and some more up to five."""
    skipped = _OF_CODE if result.kind in ("file", "diff", "pull_request") else frozenset()
    found: dict[str, Suspicion] = {}
    more: list[Suspicion] = []
    for where, text in _texts(result):
        for kind, pattern in _PATTERNS.items():
            match = pattern.search(text[:_LONGEST]) if kind not in skipped else None
            if match is None:
                continue
            one = Suspicion(kind, where, _excerpt(text, match))
            if found.setdefault(kind, one) is not one and len(more) < _MOST:
                more.append(one)
        if len(found) == len(KINDS) - len(skipped):
            break
    return [*found.values(), *more][: max(_MOST, len(found))]


def _excerpt(text: str, match: re.Match[str]) -> str:
    around = text[max(match.start() - 10, 0) : match.end() + _EXCERPT]
    words = " ".join(visible(around).split())
    return words if len(words) <= _EXCERPT else words[: _EXCERPT - 1] + "…"


def _texts(result: ToolResult) -> Iterator[tuple[str, str]]:
    """Every text in it that the hints match, and where it stands."""
    hint = re.compile(_ALL)
    for where in ("title", "summary", "text"):
        text = getattr(result, where)
        if hint.search(text[:_LONGEST]):
            yield where, text
    yield from ((where, text) for where, text in _nested(result.facts, "facts", 0) if hint.search(text[:_LONGEST]))
    if result.frame is not None:
        yield from _in_frame(result.frame, hint)


def _in_frame(frame: pd.DataFrame, hint: re.Pattern[str]) -> Iterator[tuple[str, str]]:
    yield from (
        (f"name of column {n + 1}", str(name))
        for n, name in enumerate(frame.columns)
        if hint.search(str(name)[:_LONGEST])
    )
    for place, name in enumerate(frame.columns):
        column = frame.iloc[:, place]
        if column.dtype.kind in "iufcbmM":
            continue
        seen: set[str] = set()
        texts = [
            (row, text)
            for row, cell in enumerate(column)
            for _, text in ([("", cell)] if isinstance(cell, str) else _nested(cell, "", 0))
            if text not in seen and not seen.add(text)  # type: ignore[func-returns-value]
        ]
        told = " ".join(visible(str(name)).split())[:40]
        yield from ((f"row {row + 1}, {told}", text) for row, text in _hinted(texts, hint))


def _hinted(texts: list[tuple[int, str]], hint: re.Pattern[str]) -> Iterator[tuple[int, str]]:
    """Those that the hints match: by RE2 where there are many."""
    if len(texts) < 200:
        yield from ((row, text) for row, text in texts if hint.search(text[:_LONGEST]))
        return
    import pyarrow as pa
    import pyarrow.compute as pc

    try:
        array = pa.array([text[:_LONGEST] for _, text in texts], pa.large_string())
        places = pc.indices_nonzero(pc.match_substring_regex(array, _ALL)).to_pylist()
    except (pa.ArrowInvalid, UnicodeEncodeError):
        places = range(len(texts))
    yield from (texts[n] for n in places if hint.search(texts[n][1][:_LONGEST]))


def _nested(value: Any, where: str, depth: int) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield where, value
    elif depth < _DEPTH and isinstance(value, Mapping):
        for key, inner in list(value.items())[:500]:
            yield where, str(key)
            yield from _nested(inner, where, depth + 1)
    elif depth < _DEPTH and isinstance(value, list | tuple | set):
        for inner in list(value)[:500]:
            yield from _nested(inner, where, depth + 1)
