"""The picture of an evidence for pages where no script runs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from aisre_nb.evidence.evidence import Evidence
from aisre_nb.render import series, waterfall
from aisre_nb.render.marks import Mark


def figure(evidence: Evidence, marks: Sequence[Mark] = ()) -> dict[str, Any] | None:
    """The mimebundle of an evidence that has a figure; None for all others."""
    # Of a record: that its frame cannot be read stands in the summary once somebody looked, and not before.
    evidence.frame  # noqa: B018
    if evidence.kind == "metrics":
        return series.figure(evidence, marks)
    return waterfall.figure(evidence, marks) if evidence.kind == "trace" else None


def picture(evidence: Evidence, marks: Sequence[Mark] = ()) -> str | None:
    """An SVG text; None for what is read as a table or as text."""
    drawn = figure(evidence, marks)
    return str(drawn["image/svg+xml"]) if drawn else None
