"""What the investigator may know at a turn: the request, and nothing that it kept for itself."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any

from aisre_nb.evidence.evidence import Evidence
from aisre_nb.models.base import AssistantMessage, ResultsMessage, ToolCall, TurnRequest, UserMessage

SUBMIT = "submit_report"
PROPOSE = "create_pull_request"
_WRAPPING = re.compile(r"^<result [^>]*>\s*|\s*</result [^>]*>\s*$")
_REFUSED = "Not run:"
"""How the session begins the result of a change that a person or the policy did not allow."""


@dataclass(frozen=True)
class Attempt:
    """One call of this conversation, and what came of it."""

    call: ToolCall
    error: str
    """Empty where it went well."""
    current: bool
    """It was made for the question that runs now."""

    @property
    def refused(self) -> bool:
        """A person or the policy said no; anything else is a failure."""
        return self.error.startswith(_REFUSED)


class Case:
    """The request, made easy to ask."""

    def __init__(self, request: TurnRequest) -> None:
        self.request = request
        self.question = request.question
        self.evidence: tuple[Evidence, ...] = tuple(request.evidence.values())
        self.tools = {spec.name for spec in request.tools}
        self.questions, self.attempts = _read(request)

    @property
    def followed(self) -> Case | None:
        """The latest earlier question that ended in a report, with all that is known by now; else None."""
        reported = [a for a in self.attempts if a.call.name == SUBMIT and not a.error and not a.current]
        if not reported:
            return None
        asked = ""
        for message in self.request.messages:
            if isinstance(message, UserMessage) and message.text != self.question:
                asked = message.text
            elif isinstance(message, AssistantMessage) and reported[-1].call in message.calls:
                break
        return Case(replace(self.request, question=asked or self.question))

    def tried(self, tool: str, **arguments: Any) -> bool:
        """Such a call was made: for this question, or before and it brought something."""
        return any(a.current or not a.error for a in self._made(tool, arguments))

    def failures(self, tool: str, **arguments: Any) -> list[str]:
        """The error of each such call of this question that failed, in their order."""
        return [a.error for a in self._made(tool, arguments) if a.error and a.current]

    def open(self, tool: str, **arguments: Any) -> bool:
        """The tool is there, and such a call was not made yet."""
        return tool in self.tools and not self.tried(tool, **arguments)

    def find(self, tool: str, **facts: Any) -> Evidence | None:
        """The newest evidence of a tool whose facts hold these."""
        for evidence in reversed(self.evidence):
            if evidence.tool == tool and all(evidence.facts.get(k) == v for k, v in facts.items()):
                return evidence
        return None

    def _made(self, tool: str, arguments: dict[str, Any]) -> list[Attempt]:
        return [
            a
            for a in self.attempts
            if a.call.name == tool and all(a.call.arguments.get(k) == v for k, v in arguments.items())
        ]


def _read(request: TurnRequest) -> tuple[list[str], list[Attempt]]:
    """The questions so far, the one that runs now last, and all calls with what came of them."""
    asked = [(n, m.text) for n, m in enumerate(request.messages) if isinstance(m, UserMessage)]
    start = max((n for n, text in asked if text == request.question), default=0)
    errors: dict[str, str] = {}
    for message in request.messages:
        if isinstance(message, ResultsMessage):
            errors |= {r.call_id: _WRAPPING.sub("", r.text) or "failed" for r in message.results if r.is_error}
    attempts = [
        Attempt(call, errors.get(call.id, ""), n > start)
        for n, message in enumerate(request.messages)
        if isinstance(message, AssistantMessage)
        for call in message.calls
    ]
    return [*(text for n, text in asked if n < start), request.question], attempts
