"""A conversation that fits a small window: tools told in fewer words, results summarised anew in less room."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from aisre_nb.errors import ContextFull
from aisre_nb.evidence.brief import cut_middle
from aisre_nb.evidence.evidence import Evidence
from aisre_nb.evidence.result import as_result
from aisre_nb.evidence.summary import text_for_model
from aisre_nb.models.base import AssistantMessage, CallResult, Message, ResultsMessage, ToolSpec, TurnRequest

LETTERS = 3.0
"""Characters a token, before the endpoint has counted any: JSON, numbers and log lines take more tokens than prose."""
_LEAST = 220
"""Characters that the oldest result keeps: what it was, and how to read it again."""
_RESULTS = 3_000
"""Characters of results below which an investigation makes no sense."""
_FEWEST = 8
"""Tools below which it makes none either."""
_ALWAYS = ("submit_report", "read_evidence")


@dataclass
class Fit:
    """What fits, and what was learned of it."""

    window: int | None = None
    """Tokens that fit, question and answer together; None where nobody says."""
    letters: float = LETTERS
    """Characters a token."""
    shortened: bool = False
    """Whether anything was made shorter."""
    left_out: int = 0
    """Tools that it is not told of."""

    def counted(self, characters: int, tokens: int) -> None:
        """The endpoint counted so many tokens for a request of so many characters."""
        if characters > 1000 and tokens > 100:
            # A little less, for the next request is not this one.
            self.letters = max(1.0, min(6.0, 0.95 * characters / tokens))

    def output(self, most: int) -> int:
        """Tokens for one answer."""
        return most if self.window is None else max(256, min(most, self.window // 4))

    def request(self, request: TurnRequest, most: int, where: str) -> TurnRequest:
        """The same request, made to fit. Raises `ContextFull` where it cannot."""
        if self.window is None:
            return request
        room = int((self.window - self.output(most)) * self.letters)
        tools: Sequence[ToolSpec] = request.tools
        fixed = len(request.system) + sum(map(_said, request.messages))
        held = sum(_held(message) for message in request.messages)
        if fixed + _length(tools) + max(held, _RESULTS) > room and _length(tools) > room // 4:
            tools = [compact(spec) for spec in tools]
        if fixed + _length(tools) + _RESULTS > room:
            tools = _first(tools, room - fixed - _RESULTS)
        left, self.left_out = room - fixed - _length(tools), len(request.tools) - len(tools)
        if left < _RESULTS or len(tools) < min(_FEWEST, len(request.tools)):
            few = _length([compact(spec) for spec in _first(request.tools, 0, _FEWEST)])
            needed = int((fixed + few + _RESULTS) / self.letters / 0.75) // 1000 + 1
            raise ContextFull(
                f"{where}: its window of {self.window:,} tokens is too small: about {needed},000 are needed",
                "give it more (OLLAMA_CONTEXT_LENGTH, --ctx-size, --max-model-len; or context = N in [models.NAME]), "
                "or begin anew with %sre reset",
            )
        messages = request.messages if held <= left else self._results(request, left)
        self.shortened |= tools is not request.tools or messages is not request.messages
        return replace(request, tools=tools, messages=messages)

    def _results(self, request: TurnRequest, left: int) -> list[Message]:
        """From the newest to the oldest, each message of results may take half of what is left."""
        fitted: list[Message] = []
        for message in reversed(request.messages):
            if isinstance(message, ResultsMessage):
                results = list(message.results)
                share = max(left // 2, _LEAST * len(results))
                if _held(message) > share:
                    results = [shorter(r, request.evidence, share // len(results)) for r in results]
                    message = ResultsMessage(tuple(results))
                left = max(0, left - _held(message))
            fitted.append(message)
        return fitted[::-1]


def _first(tools: Sequence[ToolSpec], room: int, fewest: int = 0) -> list[ToolSpec]:
    """The tools without the last ones, which are the least general, until they fit or are the ``fewest``."""
    kept = list(tools)
    while _length(kept) > room and len(kept) > fewest:
        last = next((spec for spec in reversed(kept) if spec.name not in _ALWAYS), None)
        if last is None:
            break
        kept.remove(last)
    return kept


def shorter(result: CallResult, evidence: Mapping[str, Evidence], limit: int) -> CallResult:
    """The result in at most ``limit`` characters: its evidence summarised anew, inside the label that it had."""
    if len(result.text) <= limit:
        return result
    head, _, rest = result.text.partition("\n")
    body, _, tail = rest.rpartition("\n")
    if not (head.startswith("<result ") and tail.startswith("</result ")):
        return replace(result, text=cut_middle(result.text, limit))
    room = max(limit - len(head) - len(tail) - 2, 0)
    known = evidence.get(result.evidence)
    if room < 4 * _LEAST:
        again = f" [cut; read_evidence(id={result.evidence!r}) reads it again]" if known else " [cut]"
        body = body[: max(room - len(again), 0)].replace("\n", " ") + again
    elif known is None or known.kind == "text":
        body = cut_middle(body, room)
    else:
        # What closes the label is not to be had from what is inside it.
        mark = head.split(" ")[1].rstrip(">")
        body = text_for_model(as_result(known), known.id, room).replace(mark, "")
    return replace(result, text=f"{head}\n{body}\n{tail}")


def compact(spec: ToolSpec) -> ToolSpec:
    """The tool with its first sentence, and its arguments without their descriptions."""
    first = spec.description.partition("\n")[0]
    sentence = first.partition(". ")[0].rstrip(".") + "."
    return replace(spec, description=sentence, schema=_bare(spec.schema, names=False))


def _bare(value: Any, *, names: bool) -> Any:
    """A schema without what only explains; below ``properties`` and ``$defs`` keys are ``names`` of the user's."""
    if isinstance(value, Mapping):
        return {
            key: _bare(inner, names=not names and key in ("properties", "$defs"))
            for key, inner in value.items()
            if names or key not in ("description", "title", "examples", "default")
        }
    return [_bare(inner, names=False) for inner in value] if isinstance(value, list) else value


def _held(message: Message) -> int:
    return sum(len(r.text) + 40 for r in message.results) if isinstance(message, ResultsMessage) else 0


def _said(message: Message) -> int:
    if isinstance(message, ResultsMessage):
        return 0
    calls = message.calls if isinstance(message, AssistantMessage) else ()
    return len(message.text) + sum(len(json.dumps(c.arguments, default=str)) + 80 for c in calls)


def _length(specs: Sequence[ToolSpec]) -> int:
    return sum(len(json.dumps([s.name, s.description, dict(s.schema)])) + 60 for s in specs)
