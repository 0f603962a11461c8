"""What a postmortem leaves behind: the incident's summary and the runbook's patch, each as a change to approve."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

from aisre_nb.render.postmortem.escaped import items, line
from aisre_nb.report.postmortem.document import Postmortem
from aisre_nb.report.postmortem.recorded import of_events
from aisre_nb.session import lesson
from aisre_nb.session.investigation import Investigation
from aisre_nb.session.step import Step
from aisre_nb.tools.pull_requests import edit_between

Act = Callable[[str, dict[str, Any], str], Awaitable[Step]]
"""A tool's name, its arguments, and what the person asked, as the record will say it."""
_BEFORE, _AFTER = timedelta(minutes=15), timedelta(hours=6)
"""An incident is this one's where it was opened between these around the onset."""
_OPEN = ("open", "mitigated")


async def propose(inv: Investigation, act: Act) -> list[str]:
    """Do it by the door that all changes go through; returns what came of it, one line each.

    Raises `Stopped` where the person stopped it, `UsageError` where there is no report.
    """
    found, _ = of_events(inv.events, inv.evidence, inv.redactor)
    incident, told = await _incident(inv, found, act)
    lines = [told]
    name = incident or found.incident or (inv.record.folder.name if inv.record else "this investigation")
    lines.append(await _runbook(inv, found, name, act))
    return lines


async def _incident(inv: Investigation, found: Postmortem, act: Act) -> tuple[str, str]:
    """Its id, and what came of it."""
    if inv.sources.incidents is None:
        return "", "No source of incidents is configured: its summary was not proposed."
    listed = await act("list_incidents", {}, "which incident this postmortem is of")
    if listed.evidence is None:
        return "", f"The incidents cannot be listed: {listed.error}"
    rows = [row for row in listed.evidence.facts.get("incidents") or [] if isinstance(row, dict)]
    id = _match(rows, found, _services(inv))
    if not id:
        return "", "No incident matches: none is open for a service of the report since it began."
    step = await act("update_incident", {"id": id, "summary": lesson.summary_of(found)}, f"the summary of {id}")
    done = f"its summary is written; %sre undo {step.evidence.id} takes it back" if step.evidence else _came_of(step)
    return id, f"{id}: {done}"


def _match(rows: list[dict[str, Any]], found: Postmortem, services: list[str]) -> str:
    """The open one that was opened about the onset; of several, the one of a service at fault."""
    from aisre_nb.report.postmortem.timeline import parsed

    told = " ".join(moment.sentence.text for moment in found.timeline)
    near = []
    for row in rows:
        at = parsed(str(row.get("opened_at") or ""))
        if row.get("status") not in _OPEN or at is None or found.onset is None:
            continue
        service = str(row.get("service") or "")
        if -_BEFORE <= at - found.onset <= _AFTER and (service in services or service in told.split()):
            near.append(row)
    own = [row for row in near if row.get("service") in services] or near
    return str(own[0].get("id") or "") if len(own) == 1 else ""


async def _runbook(inv: Investigation, found: Postmortem, name: str, act: Act) -> str:
    if inv.sources.code is None:
        return "No repository is configured: no runbook was proposed."
    if found.outcome != "root_cause" or any(one.result == "failed" for one in found.root_cause):
        return "The cause is not proved, so it teaches a runbook nothing yet."
    services = _services(inv)
    alert, path = lesson.runbook_of(found, services, inv.evidence)
    # Where no alert says which it is, the one that is named as the alert is.
    path = path or lesson.new_path(alert, services)
    read = await act("get_source_file", {"path": path}, f"the runbook {path}")
    facts = read.evidence.facts if read.evidence else {}
    if facts and not isinstance(facts.get("text"), str):
        return f"{path} is too long to be edited here."
    text: str | None = facts.get("text")
    new = text is None
    path = path if new else str(facts["path"])
    after = lesson.new_runbook(alert, found, name) if text is None else lesson.taught(text, found, name)
    if after == text:
        return f"{path} tells of {name} already."
    asked = next((r for r in inv.pull_requests if path in (r.get("files") or ()) and name in str(r.get("title"))), None)
    if asked is not None:
        return f"{path}: it is proposed already, as #{asked.get('number')}."
    title = f"{path.rsplit('/', 1)[-1]}: {'begin it with' if new else 'add'} what {name} taught"
    body = items(line(row) for row in lesson.summary_of(found).splitlines())
    arguments = {
        "kind": "runbook",
        "title": title[:200],
        "body": f"What this incident taught, as its record shows it.\n\n{body}",
        "edits": [edit_between(path, text, after).model_dump()],
        "evidence": [number for number in found.cited if number in inv.evidence],
    }
    step = await act("create_pull_request", arguments, f"what {name} taught, for {path}")
    said = f"{path}: {_came_of(step)}"
    return f"No runbook matches, so a new one was proposed. {said}" if new else said


def _services(inv: Investigation) -> list[str]:
    cause = inv.report.root_cause if inv.report else None
    return cause.services if cause else []


def _came_of(step: Step) -> str:
    if step.evidence is not None:
        return f"{step.evidence.id} {step.evidence.summary}"
    return step.error or "it did not run"
