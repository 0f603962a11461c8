"""The audit of a project, read: its lines for people, and what does not hold in it."""

from __future__ import annotations

from collections.abc import Iterator

from aisre_nb.errors import RecordError
from aisre_nb.record.audit import Audit
from aisre_nb.record.events import Decided
from aisre_nb.record.record import Record
from aisre_nb.settings import Settings


def lines(settings: Settings) -> Iterator[str]:
    """One for each entry, oldest first."""
    entries = Audit(settings.audit).entries()
    if not entries:
        yield f"Nothing was decided yet: there is no {settings.audit}."
    for entry in entries:
        at = str(entry.get("at", ""))[:19].replace("T", " ")
        if entry.get("event") == "ran":
            how = "ran" if entry.get("ok") else f"failed: {entry.get('error')}"
            yield f"{entry.get('n'):>5}  {at}  {entry.get('tool')}: {how} ({entry.get('seconds')} s)"
            continue
        scope = " ".join(map(str, entry.get("scope") or []))
        edited = f" ({', '.join(entry['edited'])} edited)" if entry.get("edited") else ""
        reason = f": {entry.get('reason')}" if entry.get("reason") else ""
        yield (
            f"{entry.get('n'):>5}  {at}  {entry.get('tool')} {scope}: {entry.get('verdict')}{edited} by "
            f"{entry.get('who')} ({entry.get('channel')}, {entry.get('seconds')} s){reason}"
        )


def problems(settings: Settings) -> list[str]:
    """What does not hold: in the chain itself, and between it and the records beside it."""
    audit = Audit(settings.audit)
    found = [f"{audit.path}: {problem}" for problem in audit.problems()]
    known = {entry.get("hash") for entry in audit.entries()}
    for folder in sorted(settings.record_dir.glob("*/")):
        try:
            events = Record.load(folder).events
        except RecordError:
            continue
        found += [
            f"{folder.name}: the decision on step {event.n} ({event.tool}) is not in the audit any more"
            for event in events
            if isinstance(event, Decided) and event.audit and event.audit not in known
        ]
    return found
