"""What the change did to the source."""

from __future__ import annotations

from collections.abc import Iterator

from aisre_nb.models.builtin import facts, words
from aisre_nb.models.builtin.conclude.claims.claim import Options, claim, value
from aisre_nb.models.builtin.picture import Picture
from aisre_nb.report.report import Check


def source(picture: Picture) -> Iterator[Options]:
    """What the change did, and what the failing line holds."""
    change, failure, frame, diff = picture.change, picture.failure, picture.frame, picture.diff
    if diff and change and picture.suspect:
        where = facts.word(picture.suspect, "file")
        told = [(side, line) for side in ("removed", "added") if (line := picture.telling_line(side))]
        for side, line in told:
            verb = "took out" if side == "removed" else "put in"
            check = Check(kind="contains", evidence=diff.id, expected=line)
            text = f"{change.label} {verb} {words.code(line)} in {where}."
            yield [claim(text, [diff.id], check, essential=side == "removed")]
        if not told:
            text = f"{change.label} changed {where} where the stack trace leads."
            yield [claim(text, [diff.id], value(diff.id, "suspects.0.file", where))]
    if diff and picture.migration:
        check = Check(kind="contains", evidence=diff.id, expected=picture.migration)
        text = f"A migration in it holds {words.code(picture.migration)}."
        yield [claim(text, [diff.id], check, essential=True)]
    found = picture.source(picture.file, change.new) if change else None
    if found and failure and frame and frame.code and picture.line:
        check = Check(kind="contains", evidence=found.id, expected=frame.code)
        text = f"Line {picture.line} of {picture.file} holds {words.code(frame.code)}, where {failure.type} is raised."
        yield [claim(text, [found.id, failure.evidence], check)]


def commit(picture: Picture) -> Iterator[Options]:
    """Who last touched the lines around the place, where that came with the change."""
    found, change = picture.blame, picture.change
    lines = facts.rows(found.facts, "lines") if found else []
    at = picture.line
    new = [(n, row) for n, row in enumerate(lines) if row.get("new") is True and facts.word(row, "commit")]
    if found and change and new:
        nth, row = min(new, key=lambda pair: abs((facts.number(pair[1], "line") or 0) - at))
        commit, subject = facts.word(row, "short") or facts.word(row, "commit"), facts.word(row, "subject")
        place = f"{picture.file}:{facts.word(row, 'line')}"
        text = f"{place} came with commit {commit} ({words.short(subject, 80)}), which {change.old} had not."
        yield [claim(text, [found.id], value(found.id, f"lines.{nth}.commit", facts.word(row, "commit")))]


def tests(picture: Picture) -> Iterator[Options]:
    """What the service's own tests say of the change."""
    found, change = picture.smallest, picture.change
    tests = facts.at(found.facts, "telling_tests") if found else None
    parts = facts.rows(found.facts, "parts") if found else []
    if found and change and isinstance(tests, list) and tests and parts:
        where = f"{facts.word(parts[0], 'file')}:{facts.word(parts[0], 'line')}"
        more = f" and {len(parts) - 1} more parts" if len(parts) > 1 else ""
        text = f"{tests[0]} fails on {change.new}, held on {change.old}, and holds with {where}{more} taken back."
        check = value(found.id, "parts.0.line", facts.number(parts[0], "line") or 0)
        yield [claim(text, [found.id], check, essential=True)]
