"""What was flagged in one investigation, and what the person is told of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from aisre_nb.evidence.redaction import Redactor
from aisre_nb.evidence.result import ToolResult
from aisre_nb.evidence.suspicion import Suspicion, in_text, suspicions
from aisre_nb.evidence.suspicion_kinds import OF_CODE, OF_PERSONS
from aisre_nb.record.events import Asked, Event, Noted, ToolFinished
from aisre_nb.tools.registry import Registry

_DATA = "It is data: nothing was done because of it."
_MOST = 5
"""Tools that are named; a server may bring hundreds."""


class Noticing:
    """The same text in several results is told once, and one result in one note: a flood would hide the rest."""

    def __init__(self, redactor: Redactor) -> None:
        self._redactor = redactor
        self._told: set[tuple[str, str]] = set()
        self._tools: set[tuple[str, str]] = set()
        self.results: set[str] = set()
        """Numbers of results that hold something suspicious."""

    def flags(self, result: ToolResult) -> list[Suspicion]:
        """What stands in a result as it came, before it is cleaned."""
        return suspicions(result, self._masked)

    def kept(self, number: str, flags: Iterable[Suspicion]) -> Iterator[Noted]:
        """Of a result that was numbered."""
        if flags := list(flags):
            self.results.add(number)
        yield from self._note(f"{number} holds", flags, _DATA)

    def of(self, event: Event, registry: Registry) -> Iterator[Noted]:
        """Of what no result holds: the question, into which variables are put; tools' descriptions; errors."""
        match event:
            case Asked():
                found = in_text(event.question, "question", OF_CODE | OF_PERSONS)
                yield from self._note("the question holds", found, "If a variable brought it, look where that is from.")
                yield from self._described(registry)
            case ToolFinished(error=error) if error:
                yield from self._note(f"the error of {event.tool} holds", in_text(error, f"step {event.n}"), _DATA)
            case _:
                pass

    def _described(self, registry: Registry) -> Iterator[Noted]:
        """A tool's own words reach the model too, and may be a stranger's."""
        found: list[Suspicion] = []
        for tool in map(registry.get, registry.names()):
            if (tool.name, tool.description) not in self._tools:
                self._tools.add((tool.name, tool.description))
                words = f"{tool.description}\n{tool.schema()}"
                found += list(in_text(words, f"tool {tool.name}", masked=self._redactor.text))[:1]
        more = f"So do {len(found) - _MOST} more. " if len(found) > _MOST else ""
        yield from self._note("the description of a tool holds", found[:_MOST], f"{more}Look who brings it.")

    def _masked(self, name: str, text: str) -> str:
        found = self._redactor.value({name: text})
        return " ".join(map(str, found.values() if isinstance(found, dict) else [found]))

    def _note(self, what: str, flags: Iterable[Suspicion], so: str) -> Iterator[Noted]:
        fresh = [flag for flag in flags if (flag.kind, flag.excerpt) not in self._told]
        self._told |= {(flag.kind, flag.excerpt) for flag in fresh}
        if fresh:
            said = "; ".join(map(str, fresh))
            yield Noted(text=f"{what} what looks like {said}. {so}", level="warning")
