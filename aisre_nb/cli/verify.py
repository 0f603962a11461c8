"""``aisre-nb verify``: the queries of a record are asked again, and then and now are compared."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from aisre_nb.errors import AisreError, UsageError
from aisre_nb.settings import Settings

if TYPE_CHECKING:
    from aisre_nb.record.record import Record
    from aisre_nb.sources.sources import Sources

HELP = """\
same: as it was, within a thousandth; drifted: something else; expired: the source has nothing of that window any more;
failed: the source does not answer. What came of it is written into the record. Exit status: 0 everything was answered,
4 something failed."""


def add_arguments(verb: argparse.ArgumentParser) -> None:
    """The grammar."""
    verb.add_argument("record", type=Path, help="the record's folder, or its name")
    verb.add_argument("evidence", nargs="*", metavar="E3", help="only these (default: what the report cites)")
    verb.add_argument("--all", action="store_true", help="all evidence, cited or not")
    verb.add_argument("--json", action="store_true", help="one JSON object on standard output, and nothing else there")


def verify(arguments: argparse.Namespace) -> int:
    """Ask, print, and write it into the record; returns the exit status."""
    from aisre_nb.record.record import Record
    from aisre_nb.session.resumed import sources_of

    if arguments.evidence and arguments.all:
        raise UsageError("both --all and numbers were given", "leave one out")
    settings = Settings.load()
    named: Path = arguments.record
    record = Record.resume(named if named.is_dir() else settings.record_dir / named)
    try:
        sources = sources_of(record)
    except AisreError:
        record.close()
        raise
    return asyncio.run(_run(arguments, settings, record, sources))


async def _run(arguments: argparse.Namespace, settings: Settings, record: Record, sources: Sources) -> int:
    from aisre_nb.approval.automatic import AutomaticApprover
    from aisre_nb.cli.servers import joined
    from aisre_nb.models.builtin.model import BuiltinModel
    from aisre_nb.render.then_and_now import plain
    from aisre_nb.session import verifying
    from aisre_nb.session.resumed import resumed
    from aisre_nb.session.who import who

    found = resumed(settings, record, sources, BuiltinModel())
    begun = time.monotonic()

    def tell(text: str, fraction: float) -> None:
        if sys.stderr.isatty() and time.monotonic() - begun > 1:
            print(f"\r\033[K{text} {fraction:4.0%}", end="", file=sys.stderr, flush=True)

    try:
        asked = arguments.evidence or (list(found.evidence) if arguments.all else verifying.cited(found))
        approver = AutomaticApprover(found.policy, who())
        # Servers are asked again where they were: of a kept world they know nothing.
        async with joined(found, approver, live="settings" in found.where):
            compared = await verifying.verify(found, asked, approver=approver, progress=tell)
    finally:
        await found.close()
        if sys.stderr.isatty():
            print("\r\033[K", end="", file=sys.stderr)
    if arguments.json:
        rows = [found.redactor.value(one.row()) for one in compared]
        counts = {s: sum(r["status"] == s for r in rows) for s in dict.fromkeys(str(r["status"]) for r in rows)}
        print(json.dumps({"record": str(found.record.folder) if found.record else "", "rows": rows, "summary": counts},
                         indent=1, ensure_ascii=False))  # fmt: skip
    else:
        print(plain(compared))
    return 4 if any(one.status == "failed" for one in compared) else 0
