"""What an incident taught, in its runbook's own style: one dated entry, and nothing that the record does not show."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from aisre_nb.evidence.evidence import Evidence
from aisre_nb.render.postmortem.escaped import line, wrapped
from aisre_nb.report.postmortem.document import Postmortem, Sentence

HEADING = "Seen before"
_SEEN = re.compile(r"^(#{1,6})[ \t]+(?:seen before|past incidents|incidents|history|known cases)[ \t]*$", re.I | re.M)
_HEADING = re.compile(r"^(#{1,6})[ \t]", re.M)
_BULLET = re.compile(r"^([-*+])[ \t]", re.M)
_PATH = re.compile(r"(?:[A-Za-z0-9_.-]+/)*[A-Za-z0-9_.-]+\.(?:md|markdown|rst|txt|adoc)", re.I)
_ON_A_HOST = re.compile(r"https?://[^/]+/.*?/(?:blob|raw|src|tree)/(?:branch/)?[^/]+/(.+)")
_NARROWEST, _WIDEST = 72, 120
_SUMMARY = 3500
_NOT_MENDING = ("gap", "proof", "runbook")


def runbook_of(found: Postmortem, services: Sequence[str], evidence: Mapping[str, Evidence]) -> tuple[str, str]:
    """An alert and the path of its runbook: of the services at fault first, then of any alert in the timeline."""
    alerts = [a for e in evidence.values() if e.kind == "alerts" for a in _rows(e.facts.get("alerts"))]
    told = " ".join(m.sentence.text for m in found.timeline if m.kind == "alert" and m.sentence.result != "failed")
    own = [a for a in alerts if str(a.get("service")) in services]
    other = [a for a in alerts if str(a.get("alert")) in told and a not in own]
    for alert in (*own, *other):
        path = path_of(str(alert.get("runbook") or ""))
        if path:
            return str(alert.get("alert")), path
    return (str(own[0].get("alert")), "") if own else ("", "")


def path_of(address: str) -> str:
    """The file in the repository that a runbook's address means; empty where it is none."""
    hosted = _ON_A_HOST.fullmatch(address.partition("#")[0].partition("?")[0])
    path = hosted[1] if hosted else address
    return path if _PATH.fullmatch(path) and ".." not in path.split("/") else ""


def new_path(alert: str, services: Sequence[str]) -> str:
    """Where a runbook would stand that is not there yet."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", alert) or "-".join(services[:1])
    return f"runbooks/{re.sub('[^a-z0-9]+', '-', words.lower()).strip('-')[:60] or 'incident'}.md"


def taught(text: str, found: Postmortem, name: str) -> str:
    """The runbook with one more entry; the same text where it tells of this incident already."""
    if name in text:
        return text
    body = text.rstrip("\n")
    bullet = _BULLET.search(body)
    width = min(max([len(row) for row in body.splitlines()] + [_NARROWEST]), _WIDEST)
    mark = bullet[1] if bullet else "-"
    entry = wrapped(entry_of(found, name), width, f"{mark} ", "  ")
    seen = _SEEN.search(body)
    if seen is None:
        # As deep as the document's own parts; under a title alone they would be the second level.
        levels = [len(one[1]) for one in _HEADING.finditer(body)]
        depth = "#" * (min((level for level in levels[1:]), default=2) if levels else 2)
        return f"{body}\n\n{depth} {HEADING}\n{entry}\n"
    after = body[seen.end() :]
    following = _HEADING.search(after)
    own = after[: following.start()] if following else after
    rest = after[following.start() :] if following else ""
    kept = own.rstrip("\n")
    return f"{body[: seen.end()]}{kept}\n{entry}\n" + (f"\n{rest}\n" if rest else "")


def entry_of(found: Postmortem, name: str) -> str:
    """Symptom, cause, how it was found, what mended it."""
    day = f"{found.onset:%Y-%m-%d}" if found.onset else ""
    held = [one for one in (*found.impact, *found.claims) if one.result == "passed"]
    symptom = next((one for one in found.claims if one.result == "passed" and _is(one, "changed", "onset")), None)
    symptom = symptom or (held[0] if held else None)
    cause = next((one for one in found.root_cause if one.result != "failed"), None)
    keys = [key for name in ("mechanism", "place") for o in found.proof if o.name == name for key in o.claims]
    shown = [one for key in keys for one in found.claims if one.key == key and one is not symptom]
    titles = {one.id: one.title for one in found.exhibits if one.tool == "create_pull_request"}
    mended = [
        next((titles[number] for number in a.evidence if number in titles), a.what)
        for a in found.actions
        if a.result != "failed" and a.kind not in _NOT_MENDING
    ]
    status = {"resolved": "It recovered.", "improving": "It was getting better."}.get(
        found.status, "Not verified." if found.status == "not verified" else "It had not recovered."
    )
    parts = [
        f"{' '.join(part for part in (day, f'({name})') if part)}:",
        _flat(symptom.text) if symptom else "",
        f"Cause: {_flat(cause.text)}" if cause else "",
        f"Found by: {_flat(shown[0].text)}" if shown else "",
        f"What mends it: {' '.join(map(_flat, mended[:2]))} {status}" if mended else "",
    ]
    return " ".join(part for part in parts if part)


def summary_of(found: Postmortem) -> str:
    """For the incident: impact, cause, and what was done, with the evidence's numbers."""
    parts = [("Impact", found.impact), ("Cause", found.root_cause)]
    lines = [
        f"{title}: {_flat(one.text)} [{', '.join(one.evidence)}]"
        for title, told in parts
        for one in told
        if one.result != "failed" and one.evidence
    ]
    lines += [f"Action: {_flat(a.what)}" for a in found.actions if a.result != "failed" and a.kind not in _NOT_MENDING]
    return "\n".join([*lines, f"Status: {found.status}."])[:_SUMMARY]


def new_runbook(alert: str, found: Postmortem, name: str) -> str:
    """A file of its own, as short as what is known."""
    return f"# {line(alert or found.title)}\n\n## {HEADING}\n{wrapped(entry_of(found, name), _WIDEST, '- ', '  ')}\n"


def _is(one: Sentence, *kinds: str) -> bool:
    return one.check is not None and one.check.kind in kinds


def _flat(text: str) -> str:
    flat = " ".join(text.split())
    return flat if flat.endswith((".", "!", "?")) else f"{flat}."


def _rows(value: object) -> list[Mapping[str, object]]:
    return [row for row in value if isinstance(row, Mapping)] if isinstance(value, list) else []
