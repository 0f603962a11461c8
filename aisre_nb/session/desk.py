"""Where calls are decided: the policy, whoever is asked, and the books in which it is written down."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from aisre_nb.approval.decision import Approver, Decision, Proposal, Verdict, granted
from aisre_nb.approval.policy import Policy, Standing
from aisre_nb.approval.rule import Wanted
from aisre_nb.errors import ChangeConflict, RecordError
from aisre_nb.evidence.redaction import Redactor
from aisre_nb.record.audit import Audit
from aisre_nb.record.events import Decided, Event, Noted
from aisre_nb.session.who import who

APPROVAL_MINUTES = 60.0
"""How old an approval may be when its change runs."""


@dataclass
class Desk:
    """One for each question."""

    policy: Policy
    approver: Approver
    redactor: Redactor = field(default_factory=Redactor)
    emit: Callable[[Event], None] = lambda event: None
    audit: Audit | None = None
    """None: nobody keeps one."""
    record: str = ""
    """The name of the record, for the audit."""
    minutes: float = APPROVAL_MINUTES
    clock: Callable[[], float] = time.time

    async def decide(self, proposal: Proposal, wanted: Wanted) -> tuple[Decision, Standing | None]:
        """By the policy where it knows, else by the approver. Raises `ChangeConflict` for another call's decision."""
        ruling, standing = self.policy.ruling(wanted)
        if ruling == "ask":
            decision = await self.approver.decide(proposal)
            if (decision.call_id, decision.digest) != (proposal.call_id, proposal.digest):
                raise ChangeConflict("the decision was about something else than what was shown", "ask again")
            if decision.grant and decision.verdict in ("approve", "edit"):
                return decision, self.policy.grant(granted(proposal), decision.who)
            return decision, None
        reason = f"the rule: {standing.rule.words()}" if standing else f"the policy is {self.policy.describe()}"
        verdict: Verdict = "approve" if ruling == "run" else "reject"
        by = (standing.by if standing else "") or who()
        found = Decision(proposal.call_id, verdict, proposal.digest, "policy", by, datetime.now(UTC), reason=reason)
        return found, standing

    def write(self, decided: Decided) -> Decided:
        """Into the audit, then into the record, redacted. Raises `RecordError`: what nobody wrote down does not run."""
        clean = decided.model_copy(
            update={
                name: self.redactor.value(getattr(decided, name))
                for name in ("proposed", "final", "view", "reason", "scope", "again", "rule")
            }
        )
        if self.audit is not None:
            told = clean.model_dump(mode="json", exclude={"type", "at", "view", "audit", "n"})
            edited = sorted(k for k in clean.final if clean.final.get(k) != clean.proposed.get(k))
            about = {"event": "decided", "record": self.record, "step": clean.n, "edited": edited}
            mark = self.audit.append({**about, **told})
            clean = clean.model_copy(update={"audit": mark})
        self.emit(clean)
        return clean

    def ran(self, decided: Decided, error: str, seconds: float) -> None:
        """How an approved change ended. It ended so, whether that can be written or not."""
        if self.audit is None:
            return
        about = {"event": "ran", "record": self.record, "step": decided.n, "tool": decided.tool}
        how = {"ok": not error, "error": self.redactor.text(error), "seconds": round(seconds, 3)}
        try:
            self.audit.append({**about, "decided": decided.audit, **how})
        except RecordError as failure:
            self.emit(Noted(text=f"{decided.tool} ran, and the audit does not say so: {failure}", level="error"))
