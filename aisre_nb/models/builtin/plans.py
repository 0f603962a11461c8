"""The two pull requests: back to the version before, and the cause mended."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from aisre_nb.models.builtin import facts, words
from aisre_nb.models.builtin.changes import Change
from aisre_nb.models.builtin.mend import edit, mend
from aisre_nb.models.builtin.mend.restored import restored
from aisre_nb.models.builtin.mend.rollback import rolled_back
from aisre_nb.models.builtin.picture import Picture

_BEYOND = "that needs a person or a language model"


@dataclass(frozen=True)
class Plan:
    """A pull request, ready to be proposed."""

    kind: Literal["rollback", "fix"]
    title: str
    body: str
    edits: list[dict[str, str]]
    evidence: list[str]


def rollback(picture: Picture) -> Plan | str:
    """The manifest with the former version; a text says why there is none."""
    change = picture.change
    if change is None or not change.versions:
        return "No rollback is proposed: no change with a version before and after was found."
    by_hand = f"set it back to {change.old} by hand"
    if not change.manifest:
        return f"No rollback is proposed: the manifest of {change.service} is not known; {by_hand}."
    found = picture.source(change.manifest, None)
    if found is None:
        return f"No rollback is proposed: {change.manifest} could not be read; {by_hand}."
    path = facts.word(found.facts, "path") or change.manifest
    before = facts.file_text(found)
    if change.kind != "deployment":
        return _setting(picture, change, path, before, found.id)
    after = rolled_back(before, change.service, change.new, change.old)
    edits = edit.between(path, before, after) if after else None
    if edits is None:
        return f"No rollback is proposed: {path} does not name exactly one image of {change.service} at {change.new}."
    evidence = _evidence(picture, found.id)
    body = [
        f"Sets the deployment of `{change.service}` back from {change.new} to {change.old}.",
        *_reasons(picture),
        "**Undo**: revert this commit once a fixed version is released.",
    ]
    return Plan("rollback", f"Roll {change.service} back to {change.old}", "\n\n".join(body), edits, evidence)


def _setting(picture: Picture, change: Change, path: str, before: str, read: str) -> Plan | str:
    """The former value of what was set."""
    after = restored(before, change.title, change.new, change.old)
    edits = edit.between(path, before, after) if after else None
    if edits is None:
        return f"No rollback is proposed: {path} does not hold {change.new} exactly once under the name that was set."
    body = [
        f"Sets {words.code(change.title)} back from {change.new} to {change.old}.",
        *_reasons(picture),
        "**Undo**: revert this commit.",
    ]
    title = f"Set {change.service} back: {change.title.removeprefix('Set ')} to {change.old}"
    return Plan("rollback", title, "\n\n".join(body), edits, _evidence(picture, read))


def fix(picture: Picture) -> Plan | str:
    """The repair that a rule derives from the diff, else the one that the service's tests found; a text: why none."""
    found = by_rule(picture)
    return found if isinstance(found, Plan) else by_tests(picture) or found


def by_tests(picture: Picture) -> Plan | None:
    """The fewest parts of the change taken back with which its tests hold, where they were looked for."""
    change, found = picture.change, picture.smallest
    if change is None or found is None:
        return None
    told = ("path", "old", "new")
    edits = [{name: facts.word(row, name) for name in told} for row in facts.rows(found.facts, "edits")]
    parts = facts.rows(found.facts, "parts")
    if not edits or not parts:
        return None
    tests = facts.at(found.facts, "telling_tests")
    names = [words.code(str(name)) for name in tests[:3]] if isinstance(tests, list) else []
    places = words.listed([f"{facts.word(p, 'file')}:{facts.word(p, 'line')}" for p in parts[:4]])
    kept = facts.word(found.facts, "kept_tests")
    body = [
        f"Takes back {len(parts)} of the parts of {change.label} ({places}), and leaves the rest of it as it is.",
        *([f"With that {words.listed(names)} {'hold' if len(names) > 1 else 'holds'} again."] if names else []),
        f"Found by running the tests of `{change.service}` on candidate trees: all {kept} that held before hold.",
        *_reasons(picture),
    ]
    lost = facts.at(found.facts, "lost_tests")
    if isinstance(lost, list) and lost:
        body.append(f"{len(lost)} tests of {change.new} test what is taken back, and have to go with it.")
    title = f"Fix {change.service}: take back the part of {change.new} that its tests fail on"
    return Plan("fix", title, "\n\n".join(body), edits, _evidence(picture, found.id))


def by_rule(picture: Picture) -> Plan | str:
    """The repair that a rule derives from the diff."""
    change, failure = picture.change, picture.failure
    if change is None or failure is None or not picture.hunks:
        return f"No fix is proposed: no stack trace leads to a change in the source; {_BEYOND}."
    head, deployed = picture.source(picture.file, None), picture.source(picture.file, change.new)
    found = head or deployed
    if found is None:
        return f"No fix is proposed: {picture.file} could not be read."
    path, source = facts.word(found.facts, "path") or picture.file, facts.file_text(found)
    if head and mend.healthy(source, failure):
        return f"No fix is proposed: the main branch no longer has the fault in {path}; releasing it would do."
    mended = mend.mend(source, failure, picture.line, picture.hunks)
    edits = edit.between(path, source, mended.text) if mended else None
    if mended is None or edits is None:
        return f"No fix is proposed: no rule mends {failure.type} in {path}; {_BEYOND}."
    body = [
        f"Mends {words.code(failure.line)} at {words.code(picture.place)}.",
        mended.how,
        *_reasons(picture),
        "The result was parsed, not run: the tests of the service decide.",
    ]
    return Plan("fix", f"Fix {change.service}: {mended.title}", "\n\n".join(body), edits, _evidence(picture, found.id))


def _reasons(picture: Picture) -> list[str]:
    """What the evidence says, with its numbers, as a list in Markdown."""
    lines = []
    if picture.complaint:
        lines.append(f"- {picture.complaint.service}: {words.rose(picture.complaint)} ({picture.complaint.evidence})")
    if picture.change:
        lines.append(
            f"- {picture.change.label} was deployed at {words.clock(picture.change.time)} ({picture.change.evidence})"
        )
    if picture.failure:
        at = f" at {words.code(picture.place)}" if picture.place else ""
        lines.append(f"- {words.code(picture.failure.line)}{at} ({picture.failure.evidence})")
    return ["**Why**\n\n" + "\n".join(lines)] if lines else []


def _evidence(picture: Picture, read: str) -> list[str]:
    parts = (
        picture.complaint.evidence if picture.complaint else "",
        picture.failure.evidence if picture.failure else "",
        picture.change.evidence if picture.change else "",
        picture.diff.id if picture.diff else "",
        read,
    )
    return [e for e in dict.fromkeys(parts) if e]
