"""``aisre-nb case``: a finished investigation becomes a telemetry folder with its truth, for a bench or a drill."""

from __future__ import annotations

import argparse
import asyncio
import json
from datetime import datetime
from pathlib import Path
from typing import Any

from aisre_nb.errors import AisreError, UsageError
from aisre_nb.settings import Settings

HELP = """\
Where the telemetry folder that was asked is still there, its tables are cut to what was looked at and masked; else the
case is made of the record's frames alone, and what that leaves out is printed. The truth is written to truth.json,
which no source reads. Try it: aisre-nb ask QUESTION --case FOLDER."""


def add_arguments(verb: argparse.ArgumentParser) -> None:
    """The grammar."""
    verb.add_argument("record", type=Path, help="the record's folder, or its name")
    verb.add_argument(
        "--truth", metavar="SERVICES", default="", help="the services at fault, by commas; report: what the report says"
    )
    verb.add_argument("--outcome", choices=("root_cause", "no_fault"), help="default: root_cause")
    verb.add_argument("--kind", default="", help="code, configuration, capacity, dependency, platform, traffic or data")
    verb.add_argument("--change", default="", help='which change did it, such as "cart 0.1.0 → 0.2.0"')
    verb.add_argument("--onset", default="", metavar="TIME", help="when it began, RFC 3339")
    verb.add_argument("--out", type=Path, metavar="FOLDER", help="default: cases/NAME")
    verb.add_argument("--name", default="", help="default: the record's name")
    verb.add_argument("--frames", action="store_true", help="of the record's frames alone, whatever else is there")
    verb.add_argument("--json", action="store_true", help="one JSON object on standard output, and nothing else there")


def case(arguments: argparse.Namespace) -> int:
    """Write it; returns the exit status."""
    from aisre_nb.evidence.redaction import Redactor
    from aisre_nb.record.events import Asked, EvidenceKept, Reported
    from aisre_nb.record.record import Record
    from aisre_nb.report.report import Report
    from aisre_nb.sources.case.make import make_case
    from aisre_nb.sources.case.truth import truth_of

    settings = Settings.load()
    named: Path = arguments.record
    record = Record.load(named if named.is_dir() else settings.record_dir / named)
    evidence = {e.id: record.evidence(e.id) for e in record.events if isinstance(e, EvidenceKept)}
    if not evidence:
        raise UsageError(f"{record.folder} holds no evidence", "name a record whose question was investigated")
    reported = next((e for e in reversed(record.events) if isinstance(e, Reported)), None)
    truth = truth_of(
        [name.strip() for name in arguments.truth.split(",") if name.strip()], arguments.outcome,
        Report.model_validate(reported.report) if reported else None,
        kind=arguments.kind, change=arguments.change, onset=arguments.onset,
    )  # fmt: skip
    asked = next((e.now for e in record.events if isinstance(e, Asked) and e.now), None)
    now = asked or _last(evidence.values())
    name = arguments.name or record.folder.name
    folder = None if arguments.frames else _folder(record)
    out = arguments.out or Path("cases") / "".join(c if c.isalnum() or c in "-_." else "-" for c in name)
    redactor = Redactor(emails=settings.redact_emails)
    made = make_case(out, name, record.question, now, evidence, truth, redactor, folder)
    detail = _opened(made.folder)
    if arguments.json:
        told = {"case": str(made.folder), "from": str(folder or "frames"), "truth": truth.as_json()}
        print(json.dumps({**told, "lost": list(made.lost)}, indent=1, ensure_ascii=False))
        return 0
    print(f"{made.folder}: {detail}")
    print(f"made of {f'the telemetry folder {folder}' if folder else 'the frames of the record alone'}")
    for line in made.lost:
        print(f"not carried over: {line}")
    return 0


def _last(evidence: Any) -> datetime:
    """The end of what was looked at, in a record that does not say when it was asked."""
    ends = [one.window.end for one in evidence if one.window] or [one.fetched_at for one in evidence if one.fetched_at]
    if not ends:
        raise UsageError("the record dates nothing", "name another record")
    latest: datetime = max(ends)
    return latest


def _folder(record: Any) -> Path | None:
    """The telemetry folder that was asked, where it is still there."""
    from aisre_nb.session.resumed import sources_of
    from aisre_nb.sources.telemetry_folder import TelemetryFolder

    try:
        sources = sources_of(record)
    except AisreError:
        return None
    found = next((source.folder for source in sources.all if isinstance(source, TelemetryFolder)), None)
    _closed(sources.all)
    return found


def _opened(folder: Path) -> str:
    """What a source says of the new folder: that it opens, and with what."""
    from aisre_nb.sources.telemetry_folder import TelemetryFolder

    source = TelemetryFolder(folder)
    detail = asyncio.run(source.health()).detail
    _closed([source])
    return detail


def _closed(sources: Any) -> None:
    async def close() -> None:
        for source in sources:
            await source.close()

    asyncio.run(close())
