"""Sentences with checks that would fail if they were false."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from aisre_nb.evidence.evidence import Evidence
from aisre_nb.models.builtin.conclude.claims import changes, code, signals, where
from aisre_nb.models.builtin.conclude.claims.claim import Options
from aisre_nb.models.builtin.picture import Picture
from aisre_nb.report.check import check_claims
from aisre_nb.report.reading import Reader
from aisre_nb.report.report import Claim, ReportDraft

__all__ = ["made"]

_PARTS: tuple[Callable[[Picture], Iterator[Options]], ...] = (
    signals.symptoms,
    where.origin,
    where.exception,
    where.condition,
    changes.order,
    changes.setting,
    changes.platform,
    changes.amplified,
    code.source,
    code.commit,
    code.tests,
)
_WELL: tuple[Callable[[Picture], Iterator[Options]], ...] = (signals.healthy,)


def made(picture: Picture) -> tuple[list[Claim], list[str]]:
    """The claims that hold, and what an essential one that does not hold said."""
    parts = _PARTS if picture.start else _WELL
    reader = Reader(picture.case.request.evidence)
    kept: list[Claim] = []
    broken: list[str] = []
    for options in (o for part in parts for o in part(picture) if o):
        holding = next((c for c in options if _holds(c, picture.case.request.evidence, reader)), None)
        if holding:
            kept.append(holding)
        elif options[0].essential:
            broken.append(options[0].text)
    return kept, broken


def _holds(claim: Claim, evidence: Mapping[str, Evidence], reader: Reader) -> bool:
    checked, _ = check_claims(ReportDraft(outcome="inconclusive", claims=[claim]), evidence, reader)
    return bool(checked) and checked[0].result != "failed"
