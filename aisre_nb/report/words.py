"""The report's own words: headlines, marks, and how sure it is."""

from __future__ import annotations

from aisre_nb.report.report import Obligation, Report

MARKS = {"passed": "✓", "failed": "✗", "none": "·"}
RESULTS = {"passed": "checked by code", "failed": "failed its check", "none": "found in its evidence"}
HEADLINES = {"root_cause": "Root cause found", "no_fault": "No fault found", "inconclusive": "Inconclusive"}


def headline(report: Report) -> str:
    """``"Root cause found, confidence 97 %, proof closed"``."""
    parts = [HEADLINES[report.outcome]]
    if report.confidence is not None:
        parts.append(f"confidence {report.confidence * 100:.0f} %")
    if report.proof and report.outcome == "root_cause":
        open_ = [one.name for one in report.proof if not one.closed]
        parts.append(f"proof open: {', '.join(open_)}" if open_ else "proof closed")
    return ", ".join(parts)


def obligation(one: Obligation) -> str:
    """``"✓ symptom"``, and for an open one what would decide it."""
    return f"✓ {one.name}" if one.closed else f"✗ {one.name}: {one.detail}"
