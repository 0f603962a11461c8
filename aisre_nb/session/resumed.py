"""A recorded investigation, gone on with: its evidence, steps and report are there, and the model is told of them."""

from __future__ import annotations

from pathlib import Path

from aisre_nb.approval.policy import Policy
from aisre_nb.errors import UsageError
from aisre_nb.evidence.redaction import Redactor
from aisre_nb.models.base import Model, UserMessage
from aisre_nb.record.audit import Audit
from aisre_nb.record.events import Asked, Ended, ToolFinished, ToolStarted
from aisre_nb.record.record import Record
from aisre_nb.session.investigation import Investigation
from aisre_nb.session.reading import Intake
from aisre_nb.session.start import as_of, where_of
from aisre_nb.settings import Settings
from aisre_nb.sources.sources import Sources
from aisre_nb.tools.registry import Registry, builtin_tools, tools_for


def resumed(
    settings: Settings, record: Record, sources: Sources, model: Model, registry: Registry | None = None
) -> Investigation:
    """``record`` is open for writing; what follows is written behind what it holds."""
    if registry is None:
        registry = Registry()
        for tool in (*builtin_tools(), *tools_for(sources)):
            registry.add(tool)
    found = Investigation(
        settings, sources, model, registry, Policy.parse(settings.approve), record, (), Audit(settings.audit),
        where_of(settings, sources), Redactor(emails=settings.redact_emails),
    )  # fmt: skip
    intake = Intake(found, record)
    for event in record.events:
        intake.take(event)
    found.evidence.outdated()
    if found.evidence:
        found.messages.append(UserMessage(_recap(found)))
    return found


def sources_of(record: Record) -> Sources:
    """What the question was asked of. Raises `UsageError` where the record does not say."""
    from aisre_nb.session.worlds import open_folder, with_world
    from aisre_nb.sources.open import open_sources

    where = next((e.where for e in record.events if isinstance(e, Asked) and e.where), {})
    if "case" in where:
        return open_folder(Path(where["case"]))
    if "settings" in where:
        settings = Settings.load(Path(where["settings"]))
        if not settings.sources:
            return Sources()
        return as_of(with_world(open_sources(settings.sources, settings.base)), settings)
    raise UsageError(f"{record.folder} does not say which sources it asked", "ask anew: %%sre")


def where_it_stopped(record: Record) -> str:
    """In one line."""
    steps = sum(isinstance(e, ToolFinished) for e in record.events)
    finished = {e.n for e in record.events if isinstance(e, ToolFinished)}
    waiting = [e.tool for e in record.events if isinstance(e, ToolStarted) and e.n not in finished]
    ended = [e.why for e in record.events if isinstance(e, Ended)]
    asked = sum(isinstance(e, Asked) for e in record.events)
    if len(ended) >= asked and not waiting:
        return f"it had ended ({ended[-1]}) after {steps} steps" if ended else f"it holds {steps} steps"
    return f"it was cut off after {steps} steps" + (f", while {waiting[-1]} ran or was decided" if waiting else "")


def _recap(found: Investigation) -> str:
    """What was found before, for the model: each result in its block, the newest whole."""
    asked = [event.question for event in found.events if isinstance(event, Asked)]
    blocks = [found.context.wrapped(e.text, e.tool, e.id) for e in found.evidence.values()]
    room = 200_000
    kept: list[str] = []
    for block in reversed(blocks):
        room -= len(block)
        if room < 0:
            kept.append(f"[{len(blocks) - len(kept)} older results: read them with read_evidence]")
            break
        kept.append(block)
    cause = found.report.root_cause if found.report else None
    said = f"It was reported: {found.report.outcome}{f': {cause.summary}' if cause else ''}" if found.report else ""
    return "\n".join(["An earlier session of this investigation asked:", *asked, said, "It found:", *reversed(kept)])
