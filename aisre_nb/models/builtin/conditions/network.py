"""Calls between two places are slow, and between others not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aisre_nb.models.builtin import facts
from aisre_nb.models.builtin.conditions.condition import Condition, Proof
from aisre_nb.report.report import Check

if TYPE_CHECKING:
    from aisre_nb.models.builtin.picture.blamed import Blamed


def network(picture: Blamed) -> Condition | None:
    compared = next((e for e in picture.comparisons if facts.rows(e.facts, "between")), None)
    pairs = facts.rows(compared.facts, "between") if compared else []
    both = {(facts.word(p, "caller"), facts.word(p, "callee")): (n, p) for n, p in enumerate(pairs)}
    for (caller, callee), (nth, pair) in both.items():
        if caller == callee or (callee, caller) not in both or len(both) != 2 or not compared:
            continue
        before, after = facts.number(pair, "before_ms") or 0.0, facts.number(pair, "after_ms") or 0.0
        took = f"take {after:.0f} ms, {before:.0f} ms before"
        said = f"Calls from {caller} to {callee} {took}; between others nothing moved."
        check = Check(kind="value", evidence=compared.id, column=f"between.{nth}.after_ms", expected=after)
        where = Check(kind="value", evidence=compared.id, column="origin.service", expected=caller)
        return Condition(
            "platform", (caller, callee), f"calls between {caller} and {callee} are slow or lost",
            (Proof(said, compared.id, check),
             Proof(f"What is slow is on the way from and to {caller}.", compared.id, where)),
            f"Have the network between {caller} and {callee} looked at, and keep traffic within one of them meanwhile.",
        )  # fmt: skip
    return None
