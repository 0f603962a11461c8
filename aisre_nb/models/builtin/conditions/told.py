"""The service's own log says what is wrong."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from aisre_nb.models.builtin import facts, words
from aisre_nb.models.builtin.conditions.condition import Condition, Proof
from aisre_nb.report.report import Check

if TYPE_CHECKING:
    from aisre_nb.models.builtin.picture.blamed import Blamed


_TOLD = (
    (re.compile(r"certificate[^\n]{0,80}\bexpired|\bexpired[^\n]{0,40}certificate|certificate has expired", re.I),
     "configuration", "certificate expired"),
    (re.compile(r"no space left|disk (?:is )?full|read-only file system", re.I), "capacity", "the disk is full"),
)  # fmt: skip


def told(picture: Blamed) -> Condition | None:
    """The log of the ill service says it in so many words."""
    logs = picture.logs
    for row in facts.rows(logs.facts, "new") if logs else []:
        line = facts.word(row, "pattern")
        for pattern, kind, text in _TOLD:
            match = pattern.search(line)
            if kind != "configuration" and picture.clear:
                # A disk that is full was filled by something.
                continue
            if match is None or logs is None or not re.match("err|fatal|crit", facts.word(row, "severity"), re.I):
                continue
            check = Check(kind="contains", evidence=logs.id, expected=match[0])
            count = int(facts.number(row, "count") or 0)
            since = words.clock(facts.word(row, "first_seen"))
            said = f"{picture.witness} logs {words.code(match[0])} since {since}, {count} times."
            return Condition(
                kind, (picture.witness,), f"{text}: {picture.witness} logs it", (Proof(said, logs.id, check),),
                f"Renew it, and have {picture.witness} take the new one.",
            )  # fmt: skip
    return None
