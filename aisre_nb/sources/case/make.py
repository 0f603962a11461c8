"""A finished investigation as a telemetry folder with its truth."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from aisre_nb.errors import UsageError
from aisre_nb.evidence.evidence import Evidence
from aisre_nb.evidence.redaction import Redactor
from aisre_nb.sources.case import rows, signals
from aisre_nb.sources.case.cut import cut_alerts, cut_changes, cut_objects, cut_tables
from aisre_nb.sources.case.tables import write_table
from aisre_nb.sources.case.truth import FILE, Truth
from aisre_nb.sources.kubernetes_file import NAME as KUBERNETES
from aisre_nb.times import Window, rfc3339

MARGIN = timedelta(minutes=15)
"""How much of the time before what was looked at comes along: a counter's first increment needs the point before."""


@dataclass(frozen=True)
class Made:
    """A case that was written."""

    folder: Path
    lost: tuple[str, ...]
    """What could not be carried over, a line each."""


def span_of(evidence: Mapping[str, Evidence], now: datetime) -> Window:
    """From a little before the first thing that was looked at, to the question's *now*."""
    starts = [one.window.start for one in evidence.values() if one.window and one.window.start < now]
    return Window(min(starts, default=now - timedelta(hours=2)) - MARGIN, now)


def make_case(
    out: Path,
    name: str,
    question: str,
    now: datetime,
    evidence: Mapping[str, Evidence],
    truth: Truth,
    redactor: Redactor,
    folder: Path | None = None,
) -> Made:
    """``folder``: the telemetry folder that was asked, where it is still there; else the evidence is all there is.

    The truth is in a file of its own, which no source reads. Raises `UsageError` where ``out`` is not empty.
    """
    out = out.expanduser().absolute()
    if out.is_symlink() or (out.exists() and (not out.is_dir() or any(out.iterdir()))):
        raise UsageError(f"{out} is not empty", "name a folder that does not exist yet: --out FOLDER")
    window = span_of(evidence, now)
    unfinished = out.with_name(f".{out.name}.{os.getpid()}.unfinished")
    try:
        unfinished.mkdir(parents=True)
        lost = (
            _copied(folder, unfinished, evidence, window, redactor)
            if folder is not None
            else _rebuilt(unfinished, evidence, window, redactor)
        )
        times = {"start": rfc3339(window.start), "end": rfc3339(window.end), "now": rfc3339(now)}
        _write(unfinished / "manifest.json", {"name": name, **times, "question": redactor.text(question)})
        _write(unfinished / FILE, truth.as_json())
        if out.exists():
            out.rmdir()
        unfinished.rename(out)
    except OSError as error:
        raise UsageError(f"{out} cannot be written: {error.strerror or error}", "name another folder") from None
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    return Made(out, tuple(lost))


def _copied(folder: Path, out: Path, evidence: Mapping[str, Evidence], window: Window, redactor: Redactor) -> list[str]:
    lost = cut_tables(folder, out, window, redactor)
    _write(out / "alerts.json", cut_alerts(folder / "alerts.json", window, redactor))
    if objects := cut_objects(folder / KUBERNETES, redactor):
        _write(out / KUBERNETES, {"apiVersion": "v1", "kind": "List", "items": objects})
    there = cut_changes(folder / "changes.jsonl", window, redactor)
    # A repository told of deployments, too, and it does not come along.
    known = {(c.get("time"), c.get("kind"), c.get("service"), c.get("from"), c.get("to")) for c in there}
    told = redactor.value(rows.changes(evidence.values(), window))
    there += [c for c in told if (c["time"], c["kind"], c["service"], c["from"], c["to"]) not in known]
    _write_lines(out / "changes.jsonl", there)
    if (folder / "topology.json").is_file():
        _write(out / "topology.json", redactor.value(json.loads((folder / "topology.json").read_text("utf-8"))))
    return [*lost, *_not_telemetry(evidence)]


def _rebuilt(out: Path, evidence: Mapping[str, Evidence], window: Window, redactor: Redactor) -> list[str]:
    kept = list(evidence.values())
    histograms, gauges = signals.points(kept, window)
    found = {
        "otel_metrics_histogram": histograms,
        "otel_metrics_gauge": gauges,
        "otel_traces": rows.spans(kept, window),
        "otel_logs": rows.records(kept, window),
    }
    for name, table in found.items():
        if table:
            write_table(out / f"{name}.parquet", name, table, redactor)
    if any(one.kind == "alerts" for one in kept):
        _write(out / "alerts.json", redactor.value(rows.alerts(kept, window)))
    if any(one.kind == "deployments" for one in kept):
        _write_lines(out / "changes.jsonl", redactor.value(rows.changes(kept, window)))
    calls = next((c for one in kept if one.kind == "services" and isinstance(c := one.facts.get("calls"), list)), [])
    edges = [{n: str(c[n]) for n in ("caller", "callee")} for c in calls if isinstance(c, Mapping) and "caller" in c
             and "callee" in c]  # fmt: skip
    if edges:
        _write(out / "topology.json", redactor.value(edges))
    return [line for one in kept if (line := _lost(one))] + _not_telemetry(evidence)


def _lost(one: Evidence) -> str:
    """What of an evidence is not in the tables that were made of it."""
    match one.kind:
        case "services":
            return f"{one.id}: the totals of services whose own metrics were not looked at"
        case "metrics":
            return f"{one.id}: latency between its quantiles, and which operations the requests were"
        case "traces":
            total, kept = one.facts.get("total"), 0 if one.frame is None else len(one.frame)
            return f"{one.id}: all but {kept} of its {total} requests, so that shares of spans say nothing"
        case "logs":
            return f"{one.id}: of each pattern all records but the first and the last"
        case _:
            return ""


def _not_telemetry(evidence: Mapping[str, Evidence]) -> list[str]:
    code = [one.id for one in evidence.values() if one.kind in ("diff", "file", "pull_request")]
    other = [one.id for one in evidence.values() if one.kind in ("table", "text")]
    lines = [f"{', '.join(code)}: code, whose secrets could not be masked"] if code else []
    return lines + ([f"{', '.join(other)}: no telemetry (incidents, notes, own tables)"] if other else [])


def _write(path: Path, data: Any) -> None:
    path.write_text(json.dumps(data, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _write_lines(path: Path, lines: list[dict[str, Any]]) -> None:
    ordered = sorted(lines, key=lambda line: str(line.get("time")))
    path.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in ordered), encoding="utf-8")
