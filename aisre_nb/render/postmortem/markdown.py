"""The postmortem as Markdown for GitHub or a wiki, with its pictures as files beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from urllib.parse import quote

from aisre_nb.evidence.evidence import Evidence
from aisre_nb.evidence.redaction import Redactor
from aisre_nb.render.postmortem import escaped, template, wording
from aisre_nb.render.postmortem.shown import Size, drawn
from aisre_nb.report.postmortem.document import TO_FILL_IN, Exhibit, Postmortem, Sentence

_SIGNS = {"passed": "✓", "failed": "✗", "none": "·"}
_MOST = 1000
_PICTURES = 40
_LONGEST = 300
_NONE = f"_{wording.NONE}_"
_BLANK = escaped.line(TO_FILL_IN)


def markdown(
    found: Postmortem, evidence: Mapping[str, Evidence], redactor: Redactor, text: str, folder: str
) -> tuple[str, dict[str, str]]:
    """The text, and the pictures by their names in ``folder``, which stands beside it."""
    pictures: dict[str, str] = {}
    for one in found.exhibits:
        if one.id in evidence and len(pictures) < _PICTURES:
            figure, _ = drawn(found, evidence[one.id], Size(), redactor)
            if figure is not None:
                pictures[f"{one.id}.svg"] = str(figure["image/svg+xml"])
    writer = _Writer(found, pictures, quote(folder))
    return template.filled(text, writer.sections()), pictures


class _Writer:
    def __init__(self, found: Postmortem, pictures: Mapping[str, str], folder: str) -> None:
        self._found, self._pictures, self._folder = found, pictures, folder

    def sections(self) -> dict[str, Callable[[], str]]:
        found = self._found
        blocks: dict[str, Callable[[], str]] = {
            "facts": lambda: escaped.items(f"**{n}:** {escaped.line(v)}" for n, v in wording.facts(found)),
            "summary": self._summary,
            "impact": self._impact,
            "timeline": self._timeline,
            "root_cause": self._root_cause,
            "proof": self._proof,
            "contributing": lambda: self._list(found.contributing),
            "how_found": self._how_found,
            "considered": self._considered,
            "durations": lambda: self._list(found.durations),
            "went_well": lambda: self._list(found.went_well, wording.WELL),
            "went_badly": lambda: self._list(found.went_badly, wording.BADLY),
            "lucky": lambda: self._list(found.lucky, wording.LUCKY),
            "actions": self._actions,
            "gaps": self._gaps,
            "then_and_now": self._then_and_now,
            "evidence": lambda: "\n\n".join(self._exhibit(one) for one in found.exhibits[:_MOST]),
        }
        told = {
            name: (lambda value=value: escaped.line(value) or _BLANK) for name, value in template.lines(found).items()
        }
        return {**told, **blocks}

    def _summary(self) -> str:
        told = "\n\n".join(self._said(one) for one in self._found.summary) or _NONE
        if self._found.partial:
            told += f"\n\n**The investigation ended early: {escaped.line(self._found.partial)}**"
        return told

    def _impact(self) -> str:
        told = self._list(self._found.impact)
        lead = next((n for one in self._found.impact for n in one.evidence if f"{n}.svg" in self._pictures), None)
        return f"{told}\n\n{self._picture(lead)}" if lead else told

    def _timeline(self) -> str:
        day = wording.days(self._found)
        rows = [
            [
                f"{m.at:%Y-%m-%d} {wording.clock(m.at)}" if day else wording.clock(m.at),
                wording.minutes(m.minutes),
                m.kind,
                self._text(m.sentence),
                self._cited(m.sentence.evidence),
            ]
            for m in self._found.timeline[:_MOST]
        ]
        return escaped.table(["time, UTC", "min", "kind", "what", "evidence"], rows) if rows else _NONE

    def _root_cause(self) -> str:
        parts = [self._said(one) for one in self._found.root_cause] or [_NONE]
        if self._found.claims:
            rows = [[_SIGNS[c.result], self._text(c), self._cited(c.evidence)] for c in self._found.claims[:_MOST]]
            parts.append(escaped.table(["", "what supports it", "evidence"], rows))
        return "\n\n".join(parts)

    def _proof(self) -> str:
        if not self._found.proof:
            return ""
        rows = [[o.name, "closed" if o.closed else "**open**", escaped.line(o.detail)] for o in self._found.proof]
        return escaped.table(["to be proved", "", "by"], rows)

    def _how_found(self) -> str:
        rows = [
            [str(s.n), escaped.code(s.tool), escaped.line(_short(s.text)), self._cited([s.evidence])]
            for s in self._found.found[:_MOST]
        ]
        return escaped.table(["step", "tool", "what it showed", "evidence"], rows) if rows else _NONE

    def _considered(self) -> str:
        rows = [[h.label, self._text(h), self._cited(h.evidence)] for h in self._found.considered[:_MOST]]
        return escaped.table(["verdict", "hypothesis", "evidence"], rows) if rows else _NONE

    def _actions(self) -> str:
        rows = [
            [
                (escaped.struck(a.what, a.detail) if a.result == "failed" else escaped.line(a.what))
                + f" {self._cited(a.evidence)}".rstrip(),
                escaped.line(a.kind),
                _BLANK,
                _BLANK,
                escaped.address(a.link) if a.link else "",
            ]
            for a in self._found.actions[:_MOST]
        ]
        return escaped.table(["action", "kind", "owner", "due", "link"], [*rows, [_BLANK, "", _BLANK, _BLANK, ""]])

    def _gaps(self) -> str:
        told = [escaped.line(gap) for gap in self._found.gaps[:_MOST]]
        told += [f"dropped, for it cited nothing: {escaped.line(one)}" for one in self._found.dropped[:_MOST]]
        return escaped.items(told) or _NONE

    def _then_and_now(self) -> str:
        found = self._found
        if not found.verified:
            return "_The queries were not asked again._"
        at = f"Asked again {found.verified_at:%Y-%m-%d %H:%M} UTC.\n\n" if found.verified_at else ""
        rows = [
            [self._cited([one.evidence]), escaped.line(one.status), escaped.line(_short(one.detail))]
            for one in found.verified[:_MOST]
        ]
        return at + escaped.table(["evidence", "now", "how"], rows)

    def _exhibit(self, one: Exhibit) -> str:
        told = {
            "source": escaped.line(one.source),
            "window": wording.window(one),
            "fetched": wording.fetched(one),
            "tool": escaped.code(one.tool),
            "link": escaped.address(one.link) if one.link else "",
            "digest": escaped.code(one.digest),
        }
        parts = [f"### {one.id}", f"**{escaped.line(one.title)}**: {escaped.line(_short(one.summary))}"]
        if f"{one.id}.svg" in self._pictures:
            parts.append(self._picture(one.id))
        resting = self._found.resting_on(one.id)
        if resting:
            parts.append("What rests on it:\n\n" + escaped.items(self._text(s) for s in resting))
        parts.append(escaped.items(f"{name}: {value}" for name, value in told.items() if value))
        if one.query:
            parts.append(escaped.block(one.query[:4000]))
        return "\n\n".join(part for part in parts if part)

    def _picture(self, number: str | None) -> str:
        title = next((one.title for one in self._found.exhibits if one.id == number), "")
        return f"![{escaped.line(f'{number} {title}')}]({self._folder}/{number}.svg)"

    def _list(self, sentences: Sequence[Sentence], blank: str = "") -> str:
        told = [self._said(one) for one in sentences[:_MOST]] + ([escaped.line(blank)] if blank else [])
        return escaped.items(told) or _NONE

    def _said(self, one: Sentence) -> str:
        label = f"_{escaped.line(one.label)}:_ " if one.label else ""
        return f"{label}{self._text(one)} {self._cited(one.evidence)}".rstrip()

    def _text(self, one: Sentence) -> str:
        return escaped.struck(one.text, one.detail) if one.result == "failed" else escaped.line(one.text)

    def _cited(self, numbers: Iterable[str]) -> str:
        # The heading of its part of the appendix, as GitHub, GitLab and most wikis name it.
        known = {one.id for one in self._found.exhibits}
        return ", ".join(f"[{n}](#{n.lower()})" if n in known else escaped.line(n) for n in numbers if n)


def _short(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= _LONGEST else f"{flat[: _LONGEST - 1]}…"
