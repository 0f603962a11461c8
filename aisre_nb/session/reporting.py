"""From the model's draft to the report: the schema demands evidence, code checks the claims."""

from __future__ import annotations

from pydantic import ValidationError

from aisre_nb.models.base import CallResult, ToolCall, ToolSpec
from aisre_nb.record.events import Noted, Reported
from aisre_nb.report.check import check_claims, finish
from aisre_nb.report.report import CheckedClaim, Report, ReportDraft
from aisre_nb.session.investigation import Investigation

SUBMIT = "submit_report"

_DESCRIPTION = """\
Submit the report; this ends the investigation. Every claim cites evidence (E1, E2, …) and carries a check wherever it
states a number, a change, an order in time or a text: code runs the check on the cited evidence. Claims that cite
nothing are dropped; if a check fails you get it back once, with the reason."""


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
        return ToolSpec(SUBMIT, _DESCRIPTION, schema)

    def submitted(self, call: ToolCall) -> CallResult:
        """Check a draft; a failing one goes back once with the reasons, the next one is taken as it is."""
        try:
            draft = ReportDraft.model_validate(dict(call.arguments))
        except ValidationError as error:
            lines = [f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()[:12]]
            return CallResult(call.id, "The report does not fit the schema:\n" + "\n".join(lines), is_error=True)
        checked, dropped = check_claims(draft, self._inv.evidence)
        failed = [claim for claim in checked if claim.result == "failed"]
        if (failed or dropped) and not self._returned and not self.limit:
            self._returned = True
            self._inv.emit(Noted(text=_returned(len(failed), len(dropped)), level="info"))
            return CallResult(call.id, _reasons(failed, dropped), is_error=True)
        self._done(draft, self.limit)
        return CallResult(call.id, "The report is kept.")

    def partial(self, why: str, text: str = "") -> Report:
        """The best report that code can make without the model: what was seen, and that it is not finished."""
        gaps = [text.strip()] if text.strip() else []
        draft = ReportDraft(outcome="inconclusive", gaps=gaps)
        return self._done(draft, why)

    def again(self, text: str) -> Report:
        """A follow-up that was answered in words."""
        report = self._inv.report
        assert report is not None
        self._inv.emit(Noted(text=self._inv.redactor.text(text.strip()) or "nothing was answered"))
        return report

    def _done(self, draft: ReportDraft, partial: str) -> Report:
        inv = self._inv
        draft = ReportDraft.model_validate(inv.redactor.value(draft.model_dump(mode="json")))
        gaps = [*draft.gaps, *(gap for gap in inv.gaps if not any(gap in known for known in draft.gaps))]
        draft = draft.model_copy(update={"gaps": gaps})
        report = finish(draft, self._question, inv.evidence, inv.pull_requests, inv.model.name, partial)
        # A stop during a follow-up must not put an empty report in the place of a finished one.
        keep_old = bool(partial) and not report.claims and inv.report is not None and not inv.report.partial
        if not keep_old:
            inv.report = report
        self.report = report
        inv.emit(Reported(report=report.model_dump(mode="json"), usage=inv.usage, seconds=round(inv.seconds, 3)))
        return report


def _returned(failed: int, dropped: int) -> str:
    parts = [f"{failed} failed their check" if failed else "", f"{dropped} cited no evidence" if dropped else ""]
    return f"of the report's claims {' and '.join(p for p in parts if p)}: sent back to the model once"


def _reasons(failed: list[CheckedClaim], dropped: list[str]) -> str:
    lines = [f"- {claim.text}: {claim.detail}" for claim in failed]
    lines += [f"- {text}: cites no evidence that exists" for text in dropped]
    return "These claims do not hold; correct or leave them out, then submit again:\n" + "\n".join(lines)
