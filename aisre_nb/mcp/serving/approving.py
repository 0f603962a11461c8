"""A change is decided by the user of the client that wants it: by elicitation, shown as our own card shows it."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import mcp_types as types

from aisre_nb.approval.decision import Decision, Proposal, Verdict
from aisre_nb.approval.revealed import revealed
from aisre_nb.evidence.brief import cut_middle
from aisre_nb.mcp.serving.running import Put
from aisre_nb.render import change
from aisre_nb.session.who import who

_LONGEST = 12_000
_FORM = {
    "type": "object",
    "properties": {
        "decision": {
            "type": "string",
            "enum": ["reject", "approve"],
            "title": "Decision",
            "description": "approve: exactly what is shown is done",
        },
        "reason": {"type": "string", "title": "Reason", "description": "Why not; the assistant reads it"},
    },
    "required": ["decision"],
}


class ElicitApprover:
    """Nothing but an accepted form that says *approve* lets a change run."""

    def __init__(self, put: Put, can_ask: bool) -> None:
        self._put = put
        self._can_ask = can_ask
        """Whether the client said that it can ask its user."""

    async def decide(self, proposal: Proposal) -> Decision:
        """Ask, and wait."""
        start = time.monotonic()
        if not self._can_ask:
            reason = "the client of this server cannot ask its user (it has no elicitation)"
            return self._decision(proposal, "reject", reason, start, asked=False)
        shown = revealed(change.text(proposal.view))
        again = f"Shown again: {revealed(proposal.again)}\n\n" if proposal.again else ""
        message = f"{again}aisre-nb: before {revealed(proposal.tool)} runs\n\n{cut_middle(shown, _LONGEST)}"
        try:
            said = await self._put(types.ElicitRequestFormParams(message=message, requested_schema=_FORM))
        except Exception as error:
            return self._decision(proposal, "reject", f"the client failed ({type(error).__name__})", start, asked=False)
        given = said.content or {}
        reason = str(given.get("reason") or "")[:2000]
        if said.action == "accept" and given.get("decision") == "approve":
            return self._decision(proposal, "approve", reason, start)
        return self._decision(proposal, "reject", reason or "the client's user did not approve it", start)

    def _decision(
        self, proposal: Proposal, verdict: Verdict, reason: str, start: float, *, asked: bool = True
    ) -> Decision:
        return Decision(
            proposal.call_id, verdict, proposal.digest, "elicitation" if asked else "policy", who(), datetime.now(UTC),
            reason=reason, seconds=time.monotonic() - start,
        )  # fmt: skip
