"""Nobody is there: the policy alone decides, and what it does not allow is denied."""

from __future__ import annotations

from datetime import UTC, datetime

from aisre_nb.approval.decision import Decision, Proposal
from aisre_nb.approval.policy import Policy


class AutomaticApprover:
    """Rejects everything that would have to be asked; what the policy lets run does not come here."""

    def __init__(self, policy: Policy, who: str) -> None:
        self._policy = policy
        self._who = who

    async def decide(self, proposal: Proposal) -> Decision:
        """At once: whoever is asked here is nobody."""
        reason = f"the policy is {self._policy.describe()}, and nobody is there to be asked"
        return Decision(
            proposal.call_id, "reject", proposal.digest, "policy", self._who, datetime.now(UTC), reason=reason
        )
