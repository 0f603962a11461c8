"""Nobody is there: the policy alone decides, and what it does not allow is denied."""

from __future__ import annotations

from datetime import UTC, datetime

from aisre_nb.approval.decision import Decision, Proposal, Verdict
from aisre_nb.approval.policy import Policy


class AutomaticApprover:
    """Approves what the policy lets run, rejects everything that would have to be asked."""

    def __init__(self, policy: Policy, who: str) -> None:
        self._policy = policy
        self._who = who

    async def decide(self, proposal: Proposal) -> Decision:
        """At once."""
        runs = self._policy.verdict(proposal.tool, proposal.effect) == "run"
        verdict: Verdict = "approve" if runs else "reject"
        reason = f"the policy is {self._policy.describe()}" + ("" if runs else ", and nobody is there to be asked")
        return Decision(
            proposal.call_id, verdict, proposal.digest, "policy", self._who, datetime.now(UTC), reason=reason
        )
