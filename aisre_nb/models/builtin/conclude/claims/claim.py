"""A sentence with its check."""

from __future__ import annotations

from aisre_nb.models.builtin import words
from aisre_nb.report.report import Check, Claim

Options = list[Claim]
"""Ways to put one statement, the strictest first; the first that holds is taken."""


def claim(text: str, evidence: list[str], check: Check | None = None, *, essential: bool = False) -> Claim:
    return Claim(text=words.short(text, 590), evidence=evidence, check=check, essential=essential)


def value(evidence: str, column: str, expected: str | float) -> Check:
    return Check(kind="value", evidence=evidence, column=column, expected=expected)
