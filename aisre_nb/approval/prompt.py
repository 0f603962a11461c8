"""A person at a prompt: the change is printed, the answer is typed."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from aisre_nb.approval.decision import Decision, Proposal, Verdict
from aisre_nb.approval.revealed import revealed
from aisre_nb.render import change

Answer = tuple[Verdict, dict[str, object], str]


class PromptApprover:
    """Asks on standard input; the end of the input counts as a rejection, an interrupt as a stop."""

    def __init__(self, ask: Callable[[str], str] = input, tell: Callable[[str], None] = print, who: str = "") -> None:
        self._ask = ask
        self._tell = tell
        self._who = who

    async def decide(self, proposal: Proposal) -> Decision:
        """Print, ask, and ask again until the answer is understood. The loop stands still meanwhile."""
        start = time.monotonic()
        self._tell(f"\nBefore {revealed(proposal.tool)} runs:\n\n{revealed(change.text(proposal.view))}\n")
        try:
            with _interruptible():
                verdict, arguments, reason = self._answer(proposal)
        except EOFError:
            verdict, arguments, reason = "reject", {}, "nobody answered"
        except KeyboardInterrupt:
            verdict, arguments, reason = "stop", {}, "interrupted"
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

    def _answer(self, proposal: Proposal) -> Answer:
        fields = [f for f in proposal.view.editable if isinstance(proposal.arguments.get(f), str)]
        edits: dict[str, object] = {}
        while True:
            edit = f"  [e] edit {' or '.join(fields)}" if fields else ""
            asked = f"[y] approve{' as edited' if edits else ''}{edit}  [n] reject  [s] stop: "
            word, _, rest = self._ask(asked).strip().partition(" ")
            match word.lower():
                case "y" | "yes":
                    return ("edit", {**proposal.arguments, **edits}, "") if edits else ("approve", {}, "")
                case "n" | "no":
                    return "reject", {}, (rest or self._ask("why (the model reads it): ")).strip()
                case "s" | "stop":
                    return "stop", {}, ""
                case "e" | "edit" if fields:
                    self._edit(fields if rest.strip() not in fields else [rest.strip()], proposal, edits)
                case _:
                    self._tell(f"Type y, {'e, ' if fields else ''}n or s.")

    def _edit(self, fields: list[str], proposal: Proposal, edits: dict[str, object]) -> None:
        """Ask for each field; a line starts it anew, an empty answer keeps it."""
        for name in fields:
            if name != "body":
                typed = self._ask(f"{name} (Enter keeps it): ").strip()
            else:
                lines = []
                self._tell(f"{name}: its lines, then a line with a single dot; the dot alone keeps it.")
                while (line := self._ask("")) != ".":
                    lines.append(line)
                typed = "\n".join(lines)
            if typed and typed != proposal.arguments[name]:
                edits[name] = typed
                self._tell(f"{name} is now: {revealed(typed)}")


@contextmanager
def _interruptible() -> Iterator[None]:
    """Ctrl-C raises while a line is typed, also where the running cell handles the signal in another way."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
