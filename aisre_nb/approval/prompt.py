"""A person at a prompt: the change is printed, the answer is typed."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime

from aisre_nb.approval.decision import Decision, Proposal, Verdict
from aisre_nb.render import change

_MENU = "[y] approve  [e] edit {fields}, then approve  [n] reject  [s] stop here: "


class PromptApprover:
    """Asks on standard input; the end of the input counts as a rejection."""

    def __init__(self, ask: Callable[[str], str] = input, tell: Callable[[str], None] = print, who: str = "") -> None:
        self._ask = ask
        self._tell = tell
        self._who = who

    async def decide(self, proposal: Proposal) -> Decision:
        """Print, ask, and ask again until the answer is one of the four."""
        start = time.monotonic()
        self._tell(f"\nBefore {proposal.tool} runs:\n\n{change.text(proposal.view)}\n")
        try:
            verdict, arguments, reason = self._answer(proposal)
        except EOFError:
            verdict, arguments, reason = "reject", {}, "nobody answered"
        return Decision(
            proposal.call_id,
            verdict,
            proposal.digest,
            "stdin",
            self._who,
            datetime.now(UTC),
            arguments,
            reason,
            time.monotonic() - start,
        )

    def _answer(self, proposal: Proposal) -> tuple[Verdict, dict[str, object], str]:
        fields = [f for f in proposal.view.editable if isinstance(proposal.arguments.get(f), str)]
        menu = (
            _MENU.format(fields=" and ".join(fields))
            if fields
            else _MENU.replace("[e] edit {fields}, then approve  ", "")
        )
        while True:
            answer = self._ask(menu).strip().lower()
            match answer[:1]:
                case "y":
                    return "approve", {}, ""
                case "n":
                    return "reject", {}, self._ask("why (the model reads it): ").strip()
                case "s":
                    return "stop", {}, ""
                case "e" if fields:
                    edited = {f: self._ask(f"{f} [{proposal.arguments[f]}]: ") or proposal.arguments[f] for f in fields}
                    return "edit", {**proposal.arguments, **edited}, ""
                case _:
                    self._tell("Type y, n or s." if not fields else "Type y, e, n or s.")
