"""``aisre-nb replay``: a record played again, offline, from its folder or out of a notebook."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from aisre_nb.settings import Settings

HELP = """\
A notebook's records are looked for inside it and beside it. Nothing is asked and nothing is spent: no key, no source
and no network is needed. Code checks each frame and each sentence again; what differs is said as a warning."""


def add_arguments(verb: argparse.ArgumentParser) -> None:
    """The grammar."""
    verb.add_argument("what", type=Path, metavar="NOTEBOOK_OR_RECORD", help="a notebook, a record's folder or its name")
    verb.add_argument(
        "--json", action="store_true",
        help="the object that `ask --json` printed, and nothing else on standard output; for several records, a list",
    )  # fmt: skip


def replay(arguments: argparse.Namespace) -> int:
    """Play it; returns the exit status."""
    from aisre_nb.record.notebooks import find

    settings = Settings.load()
    found = [_played(folder, settings, arguments.json) for folder in find(arguments.what, settings.record_dir)]
    if arguments.json:
        print(json.dumps(found[0] if len(found) == 1 else found, indent=1, default=str, ensure_ascii=False))
    return 0


def _played(folder: Path, settings: Settings, as_json: bool) -> dict[str, Any]:
    from aisre_nb.cli.progress import Lines
    from aisre_nb.errors import RecordError
    from aisre_nb.record.record import Record
    from aisre_nb.report.text import as_text, result_object
    from aisre_nb.session.replay import Replay

    record = Record.load(folder.resolve())
    played = Replay(settings, record)
    print(f"{played.banner}.", file=sys.stderr if as_json else sys.stdout, flush=True)
    for note in record.notes:
        print(f"  ⚠ {note}", file=sys.stderr)
    played.play_all(Lines(played.investigation))
    found = played.investigation
    if found.report is None:
        raise RecordError(f"{record.folder} holds no report: it was cut off", "%sre resume goes on with it")
    if not as_json:
        print(as_text(found.report, found.evidence, found.usage, found.seconds))
        print(f"\nrecord: {record.folder}")
    steps = [step.as_json() for step in found.steps]
    return result_object(found.report, steps, found.usage, found.seconds, str(record.folder))
