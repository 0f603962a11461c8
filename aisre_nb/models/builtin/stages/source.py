"""Sixth: what the change did to the source, and the files that a repair has to touch."""

from __future__ import annotations

from aisre_nb.models.builtin.case import PROPOSE
from aisre_nb.models.builtin.changes import Change
from aisre_nb.models.builtin.picture import Picture
from aisre_nb.models.builtin.step import Step, Wish, wish


def step(picture: Picture) -> Step | None:
    """The diff; then the file at fault as it was deployed, and the manifest as the main branch has it."""
    change, case = picture.change, picture.case
    if change is None or not change.versions:
        return None
    if change.kind != "deployment":
        return _setting(picture, change)
    versions = {"service": change.service, "from_version": change.old, "to_version": change.new}
    if case.open("get_source_diff", **versions):
        failure = picture.failure
        frames = [f.place for f in failure.frames] if failure else []
        symbols = list(failure.symbols) if failure else []
        led = " and which part of it the stack trace leads to" if frames else ""
        why = f"{change.label} came just before, so I look at what it changed{led}."
        return Step(why, (wish("get_source_diff", **versions, stack_frames=frames, symbols=symbols),))
    return _files(picture, change) or _newest(picture)


def _setting(picture: Picture, change: Change) -> Step | None:
    """A value that was set, where a file holds it; and the deployment that it came with."""
    came = picture.companion
    if came is not None:
        versions = {"service": came.service, "from_version": came.old, "to_version": came.new}
        if picture.case.open("get_source_diff", **versions):
            why = f"{change.label} came together with {came.label}, so I look at what that changed."
            return Step(why, (wish("get_source_diff", **versions),))
    if not change.manifest or not picture.case.open("get_source_file", path=change.manifest, version=None):
        return None
    return Step(f"I read {change.manifest}, to propose the former value.", (_manifest(change),))


def _files(picture: Picture, change: Change) -> Step | None:
    case, wishes = picture.case, []
    if picture.file and picture.line and case.open("get_source_file", path=picture.file, version=change.new):
        marks = [picture.line]
        wishes.append(
            wish("get_source_file", path=picture.file, version=change.new, service=change.service, mark_lines=marks)
        )
    if wishes and case.open("get_blame", path=picture.file, line=picture.line):
        wishes.append(
            wish("get_blame", path=picture.file, line=picture.line, version=change.new, service=change.service,
                 before_version=change.old)
        )  # fmt: skip
    if change.manifest and case.open("get_source_file", path=change.manifest, version=None):
        wishes.append(_manifest(change))
    if not wishes:
        return None
    read = [w for w in wishes if w.tool == "get_source_file"]
    what = [f"{picture.place}" if w.arguments["path"] == picture.file else "the deployment's manifest" for w in read]
    return Step(f"I read {' and '.join(what)}, to propose what mends it.", tuple(wishes))


def _manifest(change: Change) -> Wish:
    return wish("get_source_file", path=change.manifest)


def _newest(picture: Picture) -> Step | None:
    """Where the fix did not apply: the main branch has moved on since what was deployed."""
    case = picture.case
    failed = [a for a in case.attempts if a.call.name == PROPOSE and a.current and a.error and not a.refused]
    if not any(a.call.arguments.get("kind") == "fix" for a in failed):
        return None
    if not case.open("get_source_file", path=picture.file, version=None):
        return None
    why = f"The fix did not apply to the main branch, so I read {picture.file} as it is there now."
    return Step(why, (wish("get_source_file", path=picture.file),))
