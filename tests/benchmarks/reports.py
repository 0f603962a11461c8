"""Every sandbox scenario investigated once, and what code finds in its report.

``python tests/benchmarks/reports.py [--seeds 1-2] [--only NAME …]`` prints, over all reports: sentences shown, those
that cite evidence that exists (limit: all), failed checks that are shown as if they held (limit: none), controls that
were given a cause (limit: none), and how many faults were traced to a true service. Exit status 1 where a limit is not
kept.
"""

from __future__ import annotations

import argparse
import asyncio
import dataclasses
import json
import sys
import tempfile
import time
from pathlib import Path

from aisre_nb.approval.automatic import AutomaticApprover
from aisre_nb.render.report import bundle
from aisre_nb.report.report import Report
from aisre_nb.sandbox import make, scenarios
from aisre_nb.session.investigation import Investigation
from aisre_nb.session.start import start
from aisre_nb.session.worlds import open_folder
from aisre_nb.settings import Settings


def main() -> int:
    """Print the figures; returns the exit status."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--seeds", default="1", help="1 or 1-3")
    options.add_argument("--only", nargs="*", default=[])
    chosen = options.parse_args()
    first, _, last = chosen.seeds.partition("-")
    names = [one.name for one in scenarios() if not chosen.only or one.name in chosen.only]
    totals = {"reports": 0, "sentences": 0, "cited": 0, "failed": 0, "unstruck": 0, "controls": 0, "accused": 0}
    totals |= {"faults": 0, "found": 0, "wrong": 0}
    start_ = time.monotonic()
    for seed in range(int(first), int(last or first) + 1):
        for n, name in enumerate(names, 1):
            with tempfile.TemporaryDirectory() as folder:
                control, inv = investigated(name, seed, Path(folder))
                count(control, inv, totals)
                judge(Path(folder) / "world", inv, totals)
            assert inv.report is not None
            sure = f"{(inv.report.confidence or 0):.2f}"
            print(f"\r\033[K{n}/{len(names)} {name} seed {seed}: {inv.report.outcome}, confidence {sure}", end="")
    print(f"\n{totals['reports']} reports in {time.monotonic() - start_:.0f} s")
    print(f"sentences shown: {totals['sentences']}, citing evidence that exists: {totals['cited']} (limit: all)")
    print(f"sentences that do not hold: {totals['failed']}, shown unstruck: {totals['unstruck']} (limit: 0)")
    print(f"controls: {totals['controls']}, given a cause: {totals['accused']} (limit: 0)")
    print(f"faults: {totals['faults']}, a true service named: {totals['found']}, another: {totals['wrong']}, rest open")
    return int(totals["cited"] < totals["sentences"] or totals["unstruck"] > 0 or totals["accused"] > 0)


def investigated(name: str, seed: int, folder: Path) -> tuple[bool, Investigation]:
    """Whether it is a control, and the built-in investigator's answer."""
    world = make(name, seed, folder / "world")
    settings = dataclasses.replace(Settings.load(folder, {}), record_dir=folder / "records", model="builtin")
    sources = open_folder(world)
    inv = start(settings, sources=sources, question=sources.question)

    async def ask() -> None:
        try:
            await inv.ask(sources.question, approver=AutomaticApprover(inv.policy, "you"))
        finally:
            await inv.close()

    asyncio.run(ask())
    control = '"no_fault"' in (world / "truth.json").read_text(encoding="utf-8")
    return control, inv


def count(control: bool, inv: Investigation, totals: dict[str, int]) -> None:
    """Add one report's figures."""
    report = inv.report
    assert report is not None
    html = bundle(report, inv.evidence, inv.usage, inv.seconds)["text/html"]
    cited = [one.evidence for one in sentences(report)]
    cited += [report.root_cause.evidence] if report.root_cause else []
    failed = [one for one in sentences(report) if one.result == "failed"]
    totals["reports"] += 1
    totals["sentences"] += len(cited)
    totals["cited"] += sum(bool(ids) and all(one in inv.evidence for one in ids) for ids in cited)
    totals["failed"] += len(failed)
    # Struck as often as it failed: a sentence may stand in the page twice.
    totals["unstruck"] += max(0, len(failed) - html.count("<del>"))
    totals["controls"] += control
    totals["accused"] += control and report.outcome == "root_cause"


def judge(world: Path, inv: Investigation, totals: dict[str, int]) -> None:
    """Whether the cause that is named is the scenario's; one whose truth is no service is counted as open."""
    truth = json.loads((world / "truth.json").read_text(encoding="utf-8"))
    if truth["outcome"] == "no_fault":
        return
    report = inv.report
    assert report is not None
    named = set(report.root_cause.services) if report.root_cause and report.outcome == "root_cause" else set()
    totals["faults"] += 1
    totals["found"] += bool(named & set(truth["services"]))
    totals["wrong"] += bool(named and truth["services"] and not named & set(truth["services"]))


def sentences(report: Report) -> list:
    """All but the summary of the cause."""
    claims = (*report.claims, *report.contributing, *report.impact)
    return [*claims, *report.hypotheses, *report.timeline, *report.remediation]


if __name__ == "__main__":
    sys.exit(main())
