"""What ``%sre`` does in a replay, where it would else touch the world."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aisre_nb.evidence.invisible import visible
from aisre_nb.notebook import closing
from aisre_nb.notebook.handle import Handle

if TYPE_CHECKING:
    from aisre_nb.notebook.replaying import Replaying

_NOTHING = {
    "sandbox": "no world is made",
    "advance": "no time passes",
    "model": "no model is asked",
    "sources": "no source is asked",
}


def instead(name: str, words: list[str], handle: Handle, state: Replaying) -> bool:
    """Do it, and say so; False where the subcommand is the same in a replay."""
    match name:
        case "reset":
            _reset(handle, state)
        case "note":
            from aisre_nb.notebook.replaying import own

            kept = own(handle, state, "note", " ".join(words))
            if kept.id:
                print(visible(f"{kept.id} {kept.summary}"))
        case "prs":
            _prs(words, handle)
        case "resume" | "replay":
            handle.replay = None
            return False
        case "status":
            print(f"{state.now.banner}.")
            return False
        case "sandbox" if not words:
            return False
        case _ if name in _NOTHING:
            print(f"A replay changes nothing: {_NOTHING[name]}.")
        case _:
            return False
    return True


def _reset(handle: Handle, state: Replaying) -> None:
    """Where a notebook goes from one investigation to the next, so does its replay."""
    if state.at_end() and state.more:
        state.go_on()
        print(f"{state.now.banner}. %sre reset once more ends it.")
        return
    handle.replay = None
    if handle.investigation is not None:
        closing.later(handle.investigation)
        handle.investigation = None
    print("The replay is over: the next %%sre begins a new investigation.")


def _prs(words: list[str], handle: Handle) -> None:
    found = handle.last.pull_requests
    for request in found if not words or words[0] in ("list", "show") else []:
        # As it was when the record was written.
        state = str(request.get("state", ""))
        print(visible(f"#{request.get('number')}  {state:<7}{request.get('branch')}: {request.get('title')}"))
    if words and words[0] == "merge":
        print("A replay changes nothing: no pull request is merged.")
    elif not found:
        print("There is no pull request in the record.")
