"""All evidence of one investigation, numbered as it came."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import unquote

from aisre_nb.evidence.digest import canonical, digest
from aisre_nb.evidence.evidence import Evidence
from aisre_nb.evidence.redaction import Redactor
from aisre_nb.evidence.result import ToolResult
from aisre_nb.evidence.summary import text_for_model


class Shelf(Mapping[str, Evidence]):
    """Evidence by id, ``"E1"`` onwards; nothing is ever taken away or replaced."""

    def __init__(self) -> None:
        self._kept: dict[str, Evidence] = {}
        self._asked: dict[str, str] = {}

    def __getitem__(self, key: str) -> Evidence:
        return self._kept[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._kept)

    def __len__(self) -> int:
        return len(self._kept)

    def add(
        self, result: ToolResult, tool: str, arguments: Mapping[str, Any], redactor: Redactor, fetched_at: datetime
    ) -> Evidence:
        """Number it, redact it, bound its text for the model. What comes back is all that anybody sees.

        The frame stays whole, whatever its size; only the text for the model is bounded.
        """
        # Not by their count: a branch may lack one that its mother has.
        number = f"E{max((int(known[1:]) for known in self._kept), default=0) + 1}"
        clean = replace(
            result,
            title=redactor.text(result.title),
            summary=redactor.text(result.summary),
            query=redactor.text(result.query),
            text=redactor.text(result.text),
            link=_without_secrets(result.link, redactor),
            frame=None if result.frame is None else redactor.frame(result.frame),
            facts=redactor.value(dict(result.facts)),
        )
        evidence = Evidence(
            id=number,
            kind=clean.kind,
            title=clean.title,
            summary=clean.summary,
            tool=tool,
            arguments=redactor.value(dict(arguments)),
            source=clean.source,
            query=clean.query,
            window=clean.window,
            fetched_at=fetched_at,
            frame=clean.frame,
            facts=clean.facts,
            text=text_for_model(clean, number),
            link=clean.link,
            digest=digest(clean.query, clean.frame, clean.facts),
        )
        self._kept[number] = evidence
        self._asked.setdefault(_key(tool, arguments), number)
        return evidence

    def put(self, evidence: Evidence) -> None:
        """Take evidence that was numbered before: from a record."""
        self._kept[evidence.id] = evidence
        self._asked.setdefault(_key(evidence.tool, evidence.arguments), evidence.id)

    def outdated(self) -> None:
        """The world is another one now: no earlier call answers a new one. What was kept stays."""
        self._asked.clear()

    def find(self, tool: str, arguments: Mapping[str, Any]) -> Evidence | None:
        """What the same call with the same arguments brought before."""
        number = self._asked.get(_key(tool, arguments))
        return self._kept[number] if number else None


def _without_secrets(link: str | None, redactor: Redactor) -> str | None:
    """None where it holds one: masked it would lead nowhere, and encoded a rule may not know it."""
    plain = unquote(link) if link else ""
    return link if link and redactor.text(plain) == plain and redactor.text(link) == link else None


def _key(tool: str, arguments: Mapping[str, Any]) -> str:
    return f"{tool} {canonical(arguments)}"
