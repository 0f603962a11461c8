"""Closing a pull request on a host: its branch goes with it, unless somebody else wrote to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from aisre_nb.errors import ChangeConflict, ToolError
from aisre_nb.evidence.change import ChangeView
from aisre_nb.sources.forge.host import Request
from aisre_nb.sources.forge.state import State


async def find_open(states: Sequence[State], number: int) -> list[tuple[State, Request]]:
    """The open requests of that number. Raises `ToolError` where there is none."""
    found = [(state, one) for state in states if (one := await state.host.request(number)) is not None]
    still = [(state, one) for state, one in found if one.state == "open"]
    if found and not still:
        one = found[0][1]
        more = "propose one that takes its change back" if one.state == "merged" else ""
        raise ToolError(f"pull request {number} is {one.state} already", more)
    if not still:
        raise ToolError(f"there is no pull request {number}", "see the repository's page")
    return still


async def view(states: Sequence[State], number: int, name: str) -> ChangeView:
    """What a person is shown. Raises `ToolError` where several repositories have an open one of that number."""
    found = await find_open(states, number)
    if len(found) > 1:
        names = ", ".join(state.host.repository for state, _ in found)
        raise ToolError(f"{names} each have a pull request {number}", "close it on its page")
    state, one = found[0]
    rows = ((f"pull request #{number}", "open", "closed"), (f"branch {one.branch}", one.head[:12], "deleted"))
    scope = f"repository {state.host.repository} ({name}), branch {one.branch}"
    return ChangeView(f"Close #{number}: {one.title}", "", scope, rows=rows)


async def close(states: Sequence[State], number: int, head: str) -> Mapping[str, Any]:
    """Close it and delete its branch. Raises `ChangeConflict` where the branch left ``head``."""
    found = await find_open(states, number)
    state, one = next(((s, r) for s, r in found if r.head == head), found[0])
    at = await state.host.branch(one.branch)
    if head != one.head or at not in (head, None):
        raise ChangeConflict(f"branch {one.branch} is not at {head[:12]} any more", "look at it by hand")
    if one.branch in (one.base, (await state.project()).default):
        raise ToolError(f"{one.branch} is a branch that is never deleted", "close it on its page")
    await state.host.close(number)
    if at is not None:
        await state.host.delete_branch(one.branch)
    return {"number": number, "branch": one.branch, "base": one.base, "title": one.title, "state": "closed"}
