"""Causes that nobody's change brought: somebody else's service, one hot value, a flood, no more capacity, a network.

Each is a kind of cause that every system knows, told by what the evidence shows, and none is tried before the changes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Literal

from aisre_nb.models.builtin.conditions.capacity import capacity, worn_out
from aisre_nb.models.builtin.conditions.condition import Condition, Proof
from aisre_nb.models.builtin.conditions.elsewhere import elsewhere
from aisre_nb.models.builtin.conditions.network import network
from aisre_nb.models.builtin.conditions.told import told
from aisre_nb.models.builtin.conditions.value import flood, hot

if TYPE_CHECKING:
    from aisre_nb.models.builtin.picture.blamed import Blamed

__all__ = ["Condition", "Proof", "found"]

_RULES: tuple[Callable[[Blamed], Condition | None], ...] = (network, told, hot, flood, elsewhere, capacity)


def found(picture: Blamed, change: Literal["none", "other", "own"]) -> Condition | None:
    """The first that the evidence shows; None where none does.

    ``change``: whether a change stands out, and whether it is one of the ill service itself. Against one of another
    service stands only what separates the bad requests, or what the ill service says itself.
    """
    if not picture.start or picture.hidden:
        return None
    rules = {"none": _RULES, "other": (network, told, hot, flood, worn_out), "own": (network, flood)}[change]
    return next((one for rule in rules if (one := rule(picture)) is not None), None)
