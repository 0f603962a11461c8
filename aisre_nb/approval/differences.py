"""What changed between what a person was shown and what would run now."""

from __future__ import annotations

from aisre_nb.approval.hunks import changed_lines
from aisre_nb.evidence.change import ChangeView


def differences(shown: ChangeView, now: ChangeView) -> list[str]:
    """One line each; empty where both are the same."""
    found = [
        f"its {name} is now {getattr(now, name)!r}"
        for name in ("title", "scope")
        if getattr(shown, name) != getattr(now, name)
    ]
    if shown.body != now.body:
        found.append("its text is another one")
    before, after = {row[0]: row for row in shown.rows}, {row[0]: row for row in now.rows}
    found += [
        f"{what}: {_row(before.get(what))} was shown, now it is {_row(after.get(what))}"
        for what in dict.fromkeys([*before, *after])
        if before.get(what) != after.get(what)
    ]
    files = {f.path: f for f in shown.files}, {f.path: f for f in now.files}
    for path in dict.fromkeys([*files[0], *files[1]]):
        old, new = files[0].get(path), files[1].get(path)
        if old is None or new is None:
            found.append(f"{path} is {'no longer' if new is None else 'now'} part of it")
        elif old.before != new.before:
            lines = changed_lines(old.before, new.before)
            found.append(f"{path} was changed meanwhile ({lines} line{'' if lines == 1 else 's'})")
        elif old.after != new.after:
            found.append(f"{path} would be written otherwise")
    if not found and shown != now:
        found.append("it is not what was shown")
    return found


def _row(row: tuple[str, str, str] | None) -> str:
    return f"{row[1] or 'nothing'} → {row[2] or 'nothing'}" if row else "nothing"
