"""A call that runs asks the person for values: by the card that changes are decided on, and written down like them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict

from pydantic import BaseModel

from aisre_nb.approval.decision import Proposal, digest
from aisre_nb.models.base import ToolCall
from aisre_nb.record.events import Decided
from aisre_nb.session.desk import Desk
from aisre_nb.tools.tool import ChangeView, Tool, ToolContext


class Asking:
    """One for each call; `ToolContext.ask`. No policy answers for a person: where nobody is there, the answer is no."""

    def __init__(
        self, n: int, call: ToolCall, tool: Tool, arguments: BaseModel, context: ToolContext, desk: Desk
    ) -> None:
        self.waited = 0.0
        """Seconds that the person took."""
        self.stopped = False
        """The person pressed *Stop here*."""
        self._n, self._call, self._tool, self._desk = n, call, tool, desk
        self._scope = tool.scope(context, arguments)
        self._asked = 0

    async def __call__(self, view: ChangeView, given: Mapping[str, str], again: str) -> Mapping[str, str] | None:
        """The values as the person left them; None where they are not to be sent."""
        self._asked += 1
        name, number = self._tool.name, f"{self._call.id}?{self._asked}"
        mark = digest(name, given, view)
        why = f"while {name} runs (step {self._n})"
        proposal = Proposal(number, name, "change", dict(given), view, mark, why, self._scope, again)
        decision = await self._desk.approver.decide(proposal)
        self.waited += decision.seconds
        self.stopped = self.stopped or decision.verdict == "stop"
        if (decision.call_id, decision.digest) != (number, mark):
            return None
        final = dict(given)
        if decision.verdict == "edit":
            final |= {field: str(decision.arguments[field]) for field in view.editable if field in decision.arguments}
        # Step 0: what decided the call itself is another decision.
        told = Decided(
            n=0, call_id=number, tool=name, verdict=decision.verdict, channel=decision.channel, who=decision.who,
            reason=decision.reason, digest=digest(name, final, view), proposed=dict(given), final=final,
            view=asdict(view), seconds=round(decision.seconds, 3), scope=list(self._scope), again=again,
        )  # fmt: skip
        self._desk.write(told)
        return final if decision.verdict in ("approve", "edit") else None
