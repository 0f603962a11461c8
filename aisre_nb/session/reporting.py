"""From the model's draft to the report: the schema demands evidence, code checks the claims."""

from __future__ import annotations

from pydantic import ValidationError

from aisre_nb.models.base import CallResult, ToolCall, ToolSpec
from aisre_nb.record.events import Noted, Reported
from aisre_nb.report.check import Reviewed, review
from aisre_nb.report.finish import finish
from aisre_nb.report.reading import Reader
from aisre_nb.report.report import Claim, Report, ReportDraft
from aisre_nb.session.investigation import Investigation

SUBMIT = "submit_report"

_CITING = ("Claim", "Hypothesis", "TimelineEntry", "Remedy", "RootCause")
_DESCRIPTION = """\
Submit the report; this ends the investigation. Every sentence cites evidence (E1, E2, …), and code reads it against
that evidence: each number, time and name in it must stand there. A claim carries a check wherever it states a value, a
change, an order in time, a text, a share, a cause, or anything of all or none; code runs it. Mark the claims that must
hold as essential: what is wrong, that it begins there, what did it, that this came first. A hypothesis' verdict stands
only with a check that decides it. What cites nothing is dropped; what fails you get back once, with the reason."""


class Reporting:
    """Takes the drafts of one question."""

    def __init__(self, inv: Investigation, question: str) -> None:
        self._inv = inv
        self._question = question
        self._returned = False
        self.report: Report | None = None
        self.limit = ""
        """The limit because of which the model was asked for its last words."""
        self.tries = 0
        """Turns that it was given for them."""

    @staticmethod
    def spec() -> ToolSpec:
        """How a model is told of it."""
        schema = ReportDraft.model_json_schema()
        schema.pop("title", None)
        for name in _CITING:
            # Code drops what cites nothing; a model is told that it has to cite.
            part = schema["$defs"][name]
            part["properties"]["evidence"]["minItems"] = 1
            part["required"] = list(dict.fromkeys([*part["required"], "evidence"]))
        return ToolSpec(SUBMIT, _DESCRIPTION, schema)

    def submitted(self, call: ToolCall) -> CallResult:
        """Check a draft; a failing one goes back once with the reasons, the next one is taken as it is."""
        try:
            draft = ReportDraft.model_validate(dict(call.arguments))
        except ValidationError as error:
            lines = [f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()[:12]]
            return CallResult(call.id, "The report does not fit the schema:\n" + "\n".join(lines), is_error=True)
        found = review(draft, self._inv.evidence, self._told(), Reader(self._inv.evidence))
        if (found.failed or found.dropped) and not self._returned and not self.limit:
            self._returned = True
            self._inv.emit(Noted(text=_returned(found), level="info"))
            return CallResult(call.id, _reasons(found), is_error=True)
        self._done(draft, self.limit)
        return CallResult(call.id, "The report is kept.")

    def partial(self, why: str, text: str = "") -> Report:
        """The best report that code can make without the model: what was seen, and that it is not finished."""
        # What the model said at the end cites nothing: it is shown as that.
        claims = [Claim(text=text.strip()[:600])] if len(text.strip()) > 2 else []
        return self._done(ReportDraft(outcome="inconclusive", claims=claims), why)

    def again(self, text: str) -> Report:
        """A follow-up that was answered in words."""
        report = self._inv.report
        assert report is not None
        self._inv.budget.end()
        self._inv.emit(Noted(text=self._inv.redactor.text(text.strip()) or "nothing was answered"))
        evidence = self._inv.evidence
        unseen = Reader(evidence).problems(self._inv.redactor.text(text), list(evidence), claims=False)
        if unseen and evidence:
            named = [problem.partition(" is not in ")[0] for problem in unseen]
            self._inv.emit(Noted(text=f"of this answer no evidence holds: {'; '.join(named)}"[:600], level="warning"))
        return report

    def _told(self) -> list[str]:
        """What the session itself said of what failed: a gap may repeat it."""
        return [*self._inv.gaps, *(step.error for step in self._inv.steps if step.error)]

    def _done(self, draft: ReportDraft, partial: str) -> Report:
        inv = self._inv
        draft = ReportDraft.model_validate(inv.redactor.value(draft.model_dump(mode="json")))
        gaps = [*draft.gaps, *(gap for gap in inv.gaps if not any(gap in known for known in draft.gaps))]
        draft = draft.model_copy(update={"gaps": gaps})
        report = finish(draft, self._question, inv.evidence, inv.pull_requests, inv.model.name, partial, self._told())
        if replaces(report, inv.report):
            inv.report = report
        self.report = report
        inv.budget.end()
        inv.emit(Reported(report=report.model_dump(mode="json"), usage=inv.usage, seconds=round(inv.seconds, 3)))
        return report


def replaces(report: Report, before: Report | None) -> bool:
    """A stop during a follow-up must not put an empty report in the place of a finished one."""
    return before is None or bool(before.partial) or bool(report.claims) or not report.partial


def _returned(found: Reviewed) -> str:
    failed, dropped = len(found.failed), len(found.dropped)
    parts = [f"{failed} do not hold" if failed else "", f"{dropped} cite no evidence" if dropped else ""]
    return f"of the report's sentences {' and '.join(p for p in parts if p)}: sent back to the model once"


def _reasons(found: Reviewed) -> str:
    lines = [f"- {text}: {detail}" for text, detail in found.failed]
    lines += [f"- {text}: cites no evidence that holds it" for text in found.dropped]
    return "These sentences do not hold; correct or leave them out, then submit again:\n" + "\n".join(lines)
