"""A person at a prompt: the change is printed, the answer is typed."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

from aisre_nb.approval.decision import Decision, Proposal, Verdict
from aisre_nb.approval.hunks import composed, hunks
from aisre_nb.approval.revealed import revealed
from aisre_nb.render import change

Piece = tuple[int, int, tuple[str, ...]]
"""A hunk: its file's number, its own, and its lines."""


@dataclass(frozen=True)
class Answer:
    """What was typed."""

    verdict: Verdict
    arguments: dict[str, object] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    grant: bool = False
    reason: str = ""


class PromptApprover:
    """Asks on standard input; the end of the input counts as a rejection, an interrupt as a stop."""

    def __init__(self, ask: Callable[[str], str] = input, tell: Callable[[str], None] = print, who: str = "") -> None:
        self._ask = ask
        self._tell = tell
        self._who = who

    async def decide(self, proposal: Proposal) -> Decision:
        """Print, ask, and ask again until the answer is understood. The loop stands still meanwhile."""
        start = time.monotonic()
        if proposal.again:
            self._tell(f"\nShown again: {revealed(proposal.again)}")
        self._tell(f"\nBefore {revealed(proposal.tool)} runs:\n\n{revealed(change.text(proposal.view))}\n")
        try:
            with _interruptible():
                answer = self._answer(proposal)
        except EOFError:
            answer = Answer("reject", reason="nobody answered")
        except KeyboardInterrupt:
            answer = Answer("stop", reason="interrupted")
        return Decision(
            proposal.call_id,
            answer.verdict,
            proposal.digest,
            "stdin",
            self._who,
            datetime.now(UTC),
            answer.arguments,
            answer.reason,
            time.monotonic() - start,
            answer.files,
            answer.grant,
        )

    def _answer(self, proposal: Proposal) -> Answer:
        fields = [f for f in proposal.view.editable if isinstance(proposal.arguments.get(f), str)]
        pieces = _pieces(proposal) if proposal.view.hunks else []
        edits: dict[str, object] = {}
        left_out: set[int] = set()
        while True:
            offers = [f"[y] approve{' as edited' if edits or left_out else ''}", "[k] approve this kind for 10 minutes"]
            offers += [f"[e] edit {' or '.join(fields)}"] if fields else []
            offers += ["[h] leave out a hunk"] if len(pieces) > 1 else []
            word, _, rest = self._ask("  ".join([*offers, "[n] reject", "[s] stop: "])).strip().partition(" ")
            match word.lower():
                case "y" | "yes" | "k" if edits or left_out:
                    given, grant = {**proposal.arguments, **edits}, word.lower() == "k"
                    return Answer("edit", given, _without(proposal, [pieces[n] for n in left_out]), grant)
                case "y" | "yes" | "k":
                    return Answer("approve", grant=word.lower() == "k")
                case "n" | "no":
                    return Answer("reject", reason=(rest or self._ask("why (the model reads it): ")).strip())
                case "s" | "stop":
                    return Answer("stop")
                case "e" | "edit" if fields:
                    self._edit(fields if rest.strip() not in fields else [rest.strip()], proposal, edits)
                case "h" | "hunk" if len(pieces) > 1:
                    self._leave_out(rest.strip(), proposal, pieces, left_out)
                case _:
                    self._tell(f"Type y, k, {'e, ' if fields else ''}{'h, ' if len(pieces) > 1 else ''}n or s.")

    def _leave_out(self, typed: str, proposal: Proposal, pieces: list[Piece], left_out: set[int]) -> None:
        """Toggle one hunk by its number."""
        if not typed:
            for n, (file, _, lines) in enumerate(pieces):
                mark = "left out" if n in left_out else "in"
                path = revealed(proposal.view.files[file].path)
                self._tell(f"{n + 1}. ({mark}) {path}\n" + "\n".join(revealed(line) for line in lines))
            typed = self._ask("its number (Enter leaves all as it is): ").strip()
        if typed.isdigit() and 1 <= int(typed) <= len(pieces):
            left_out ^= {int(typed) - 1}
            self._tell(f"hunk {typed} is {'left out' if int(typed) - 1 in left_out else 'in again'}")
        elif typed:
            self._tell(f"There are hunks 1 to {len(pieces)}.")

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


def _pieces(proposal: Proposal) -> list[Piece]:
    return [
        (n, m, hunk.shown)
        for n, file in enumerate(proposal.view.files)
        for m, hunk in enumerate(hunks(file.before, file.after))
    ]


def _without(proposal: Proposal, pieces: list[Piece]) -> dict[str, str]:
    files = proposal.view.files
    touched = {file for file, _, _ in pieces}
    return {
        files[n].path: composed(files[n].before, files[n].after, {m: None for file, m, _ in pieces if file == n})
        for n in touched
    }


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
