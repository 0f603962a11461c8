"""The small set of checks. Each returns an empty text when it holds, and else what contradicts it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from aisre_nb.evidence.evidence import Evidence
from aisre_nb.report.checks.call_graph import correlated
from aisre_nb.report.checks.instants import before, first_seen
from aisre_nb.report.checks.signals import changed, onset
from aisre_nb.report.checks.texts import absent, contains
from aisre_nb.report.checks.values import share, value
from aisre_nb.report.report import Check

CHECKS: dict[str, Callable[[Check, Evidence, Sequence[Evidence]], str]] = {
    "value": value,
    "changed": changed,
    "onset": onset,
    "before": before,
    "first_seen": first_seen,
    "share": share,
    "contains": contains,
    "absent": absent,
    "correlated": correlated,
}
"""By name: the check, the evidence that it names, and all that the claim cites (the named one first)."""
