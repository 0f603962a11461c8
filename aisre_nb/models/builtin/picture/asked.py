"""What is asked, about whom, and what is known of a service by itself."""

from __future__ import annotations

from datetime import timedelta
from functools import cached_property

from aisre_nb.evidence.evidence import Evidence
from aisre_nb.models.builtin import facts, graph, names, question, symptom
from aisre_nb.models.builtin.case import Case
from aisre_nb.models.builtin.question import Question
from aisre_nb.models.builtin.symptom import Symptom
from aisre_nb.times import rfc3339

_NEIGHBOURS = 6
"""How many services around a healthy one are looked at."""
_CANDIDATES = 5
"""How many services are looked at where the question names none."""


class Asked:
    """The question, and each service's own signals."""

    def __init__(self, case: Case, asked: str = "") -> None:
        self.case = case
        self.asked = asked
        """The service to look into, whatever the question names."""

    @cached_property
    def question(self) -> Question:
        """What is asked."""
        return question.read(self.case.question, self.case.request.now)

    @cached_property
    def named(self) -> str:
        """The service that the question, an alert in it, or an earlier question names."""
        if self.asked:
            return self.asked
        known = graph.known_services(self.case)
        for text in reversed(self.case.questions):
            found = names.mentioned(text, known)
            by_alert = [a for a in graph.alerts(self.case) if facts.word(a, "alert").lower() in text.lower()]
            found += [facts.word(a, "service") for a in by_alert if facts.word(a, "alert")]
            if found and found[0]:
                return found[0]
        listed = bool(graph.service_rows(self.case))
        return "" if listed else names.said(self.case.question)

    @cached_property
    def candidates(self) -> list[str]:
        """Where no service is named: those that alert, then those that fail or take the most."""
        alerting = [facts.word(a, "service") for a in graph.alerts(self.case)]
        rows = graph.service_rows(self.case)
        key = "p95_ms" if self.question.slow else "error_rate"
        worst = sorted(rows, key=lambda r: -(facts.number(r, key) or 0.0))
        return [s for s in dict.fromkeys([*alerting, *(facts.word(r, "service") for r in worst)]) if s][:_CANDIDATES]

    @cached_property
    def subject(self) -> str:
        """The service that the question is about; where none is named, the candidate that changed for the worse."""
        if self.named:
            return self.named
        return next((s for s in self.candidates if self.symptom(s)), "")

    @cached_property
    def neighbours(self) -> list[str]:
        """Whom the subject calls, then who calls it."""
        around = [*graph.callees(self.case, self.subject), *graph.callers(self.case, self.subject)]
        return list(dict.fromkeys(around))[:_NEIGHBOURS]

    @property
    def since(self) -> str | None:
        """From when to look where the question names a window: with an hour before it, to compare with."""
        now, start = self.case.request.now, self.question.start
        return rfc3339(min(start - timedelta(hours=1), now - timedelta(hours=2))) if now and start else None

    def metrics(self, service: str) -> Evidence | None:
        """A service's golden signals."""
        return self._of("get_metrics", service)

    def symptom(self, service: str) -> Symptom | None:
        """Its change for the worse."""
        found = self.metrics(service)
        return symptom.read(found, slow=self.question.slow) if found else None

    def sick(self, service: str) -> bool:
        """It changed for the worse, or fails much all the time, or its signals cannot be had."""
        found = self.metrics(service)
        if found is None:
            return bool(self.case.failures("get_metrics", service=service)) or "get_metrics" not in self.case.tools
        return self.symptom(service) is not None or symptom.constantly_high(found)

    def traces_of(self, service: str) -> Evidence | None:
        """A service's failing (or slow) requests."""
        return self._of("get_traces", service)

    def source(self, path: str, version: str | None) -> Evidence | None:
        """A file that was read at a version; None is the main branch's head."""
        for evidence in reversed(self.case.evidence):
            asked = evidence.arguments
            same = asked.get("path") == path or evidence.facts.get("path") == path
            if same and evidence.tool == "get_source_file" and (asked.get("version") or None) == version:
                return evidence
        return None

    def _of(self, tool: str, service: str) -> Evidence | None:
        """The newest result about a service: by its facts, or by what was asked for."""
        asked = (e for e in reversed(self.case.evidence) if e.tool == tool and e.arguments.get("service") == service)
        return self.case.find(tool, service=service) or next(asked, None)
