"""``%sre report`` and ``%sre show``: what was shown, once more."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from IPython.display import display

from aisre_nb.errors import AisreError, RecordBusy, UsageError
from aisre_nb.notebook.handle import Handle

if TYPE_CHECKING:
    from aisre_nb.evidence.evidence import Evidence
    from aisre_nb.record.events import Event


def report(words: list[str], handle: Handle) -> None:
    """The latest report."""
    from aisre_nb.render.show import Shown

    found = handle.last
    if found.report is None:
        raise UsageError("there is no report yet", "run a %%sre cell to its end")
    display(Shown.report(found.report, found.evidence, found.usage, found.seconds))


def show(words: list[str], handle: Handle) -> None:
    """The whole transcript: of this investigation, of the record in a folder, or of the newest record."""
    from aisre_nb.notebook.merging import runs
    from aisre_nb.notebook.replayed import outputs

    if not words and handle.investigation is not None:
        events, evidence = _here(handle)
    else:
        folder = Path(words[0]).expanduser() if words else newest(handle.settings.record_dir)
        events, evidence = _kept(folder)
        print(f"record: {folder}")
    for bundle in runs(outputs(events, evidence)):
        display(bundle, raw=True)


def resume(words: list[str], handle: Handle) -> None:
    """Go on with a record: the newest one, or that of a folder."""
    from aisre_nb.models.choose import choose
    from aisre_nb.notebook import closing
    from aisre_nb.record.record import Record
    from aisre_nb.session.resumed import resumed, sources_of, where_it_stopped

    settings = handle.settings
    named = Path(words[0]).expanduser() if words else newest(settings.record_dir)
    folder = named if named.is_dir() else settings.record_dir / named
    if handle.investigation is not None:
        if handle.investigation.record is not None:
            # At once, for it may be this very record.
            handle.investigation.record.close()
        closing.later(handle.investigation, sources=handle.investigation.sources is not handle.sources)
        handle.investigation = None
    try:
        record = Record.resume(folder)
    except RecordBusy as busy:
        _read(handle, folder, busy)
        return
    try:
        sources = sources_of(record)
        stopped = where_it_stopped(record)
        handle.investigation = resumed(
            settings,
            record,
            sources,
            choose(settings.model, os.environ, settings.models, settings.then),
            handle.registry(sources),
        )
    except BaseException:
        record.close()
        raise
    there = len(handle.investigation.evidence)
    print(f"{folder.name}: {stopped}; {there} results are there. %sre show draws it, the next %%sre goes on.")


def _read(handle: Handle, folder: Path, busy: RecordBusy) -> None:
    """Another process writes it: it is there to be looked at."""
    from aisre_nb.record.record import Record
    from aisre_nb.session.reading import opened
    from aisre_nb.session.resumed import sources_of

    record = Record.load(folder)
    found = opened(handle.settings, record, handle.registry())
    # The next question is asked of the same sources; where they do not open, of those of the settings.
    with suppress(AisreError):
        found.sources = sources_of(record)
    handle.investigation = found
    print(
        f"{busy.message}, so it is open for reading only. Of what it holds so far sre.E, "
        "%sre report and %sre show tell; the next %%sre begins a new record."
    )


def _here(handle: Handle) -> tuple[Sequence[Event], Mapping[str, Evidence]]:
    return handle.last.events, handle.last.evidence


def _kept(folder: Path) -> tuple[Sequence[Event], Mapping[str, Evidence]]:
    from aisre_nb.record.record import Record

    record = Record.load(folder)
    return record.events, record.all_evidence()


def newest(folder: Path) -> Path:
    """The record that was begun last."""
    records = sorted(found.parent for found in folder.glob("*/events.jsonl"))
    if not records:
        raise UsageError("nothing was investigated yet", "run a %%sre cell, or %sre show FOLDER")
    return records[-1]
