"""The sections of a postmortem as HTML, for the cell and for the page; every text in them is escaped."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from aisre_nb.evidence.invisible import visible
from aisre_nb.render import html
from aisre_nb.render.postmortem import wording
from aisre_nb.report.postmortem.document import TO_FILL_IN, Moment, Postmortem, Sentence

_T = TypeVar("_T")
_MARKS = {"passed": ("✓", "good"), "failed": ("✗", "bad"), "none": ("·", "dim")}

_TITLES = {
    "summary": "Summary",
    "impact": "Impact",
    "timeline": "Timeline",
    "root_cause": "Root cause",
    "contributing": "Contributing factors",
    "how_found": "How it was found",
    "considered": "What was considered",
    "conduct": "How it went",
    "actions": "Actions",
    "gaps": "What was not looked at",
    "then_and_now": "Then and now",
}


@dataclass(frozen=True)
class Section:
    """A heading, and what stands under it."""

    name: str
    """As a template calls it."""
    title: str
    html: str


class Links:
    """How citations are written: in a cell, to the steps of the notebook."""

    def cited(self, sentence: Sentence) -> str:
        """Links to what it rests on."""
        return html.cited(sentence.evidence)

    def name(self, key: str) -> str:
        """An attribute that makes a sentence a place to go back to."""
        return ""

    def sentence(self, key: str) -> str:
        """A sentence that is meant, by its place."""
        return html.text(key)

    def address(self, link: str) -> str:
        """Where an action stands."""
        return html.code(link)


def blocks(found: Postmortem, links: Links | None = None, most: int = 1000) -> dict[str, Callable[[], str]]:
    """Each part by the name that a template calls it; of a list at most ``most`` entries."""
    body = _Body(found, links or Links(), most)
    return {
        "summary": body.summary,
        "impact": lambda: body.paragraphs(found.impact),
        "timeline": body.timeline,
        "root_cause": body.root_cause,
        "proof": body.proof,
        "contributing": lambda: body.paragraphs(found.contributing),
        "how_found": body.how_found,
        "considered": body.considered,
        "conduct": body.conduct,
        "durations": body.durations,
        "went_well": body.went_well,
        "went_badly": body.went_badly,
        "lucky": body.lucky,
        "actions": body.actions,
        "gaps": body.gaps,
        "then_and_now": body.then_and_now,
    }


def sections(found: Postmortem, links: Links | None = None, most: int = 1000) -> list[Section]:
    """In the order in which they are read, where the house has no template of its own."""
    made = blocks(found, links, most)
    told = [(name, title, made[name]()) for name, title in _TITLES.items()]
    return [Section(n, t, f"{inner}{made['proof']()}" if n == "root_cause" else inner) for n, t, inner in told]


class _Body:
    def __init__(self, found: Postmortem, links: Links, most: int) -> None:
        self._found, self._links, self._most = found, links, most

    def summary(self) -> str:
        return self.paragraphs(self._found.summary) + (
            f"<div>{html.span(f'⚠ the investigation ended early: {visible(self._found.partial)}', 'bad')}</div>"
            if self._found.partial
            else ""
        )

    def paragraphs(self, sentences: Sequence[Sentence]) -> str:
        if not sentences:
            return f"<div>{html.span(wording.NONE, 'dim')}</div>"
        return "".join(f"<div>{self._said(one)}{self._links.cited(one)}</div>" for one in self._few(sentences))

    def timeline(self) -> str:
        with_day = wording.days(self._found)
        rows = [self._moment(moment, with_day) for moment in self._few(self._found.timeline)]
        named = ["time, UTC", "min", "kind", "what", "evidence"]
        return html.table(named, rows, ["min"]) if rows else self.paragraphs(())

    def _moment(self, moment: Moment, with_day: bool) -> list[str]:
        at = f"{moment.at:%Y-%m-%d} {wording.clock(moment.at)}" if with_day else wording.clock(moment.at)
        one = moment.sentence
        return [
            html.span(at, "t"),
            html.text(wording.minutes(moment.minutes)),
            html.span(moment.kind, "dim"),
            self._said(one),
            self._links.cited(one).strip(),
        ]

    def root_cause(self) -> str:
        found = self._found
        parts = [self.paragraphs(found.root_cause)]
        if found.claims:
            rows = [
                [_mark(c), html.span(c.key, "dim"), self._said(c), self._links.cited(c).strip()]
                for c in self._few(found.claims)
            ]
            parts.append(html.table(["", "", "what supports it", "evidence"], rows))
        return "".join(parts)

    def proof(self) -> str:
        found = self._found
        if found.proof:
            rows = [
                [
                    html.text(one.name),
                    html.span("closed", "good") if one.closed else html.span("open", "bad"),
                    html.text(visible(one.detail)),
                    ", ".join(self._links.sentence(key) for key in one.claims),
                ]
                for one in found.proof
            ]
            return html.table(["to be proved", "", "by", ""], rows)
        return ""

    def how_found(self) -> str:
        rows = [
            [
                html.text(step.n),
                html.code(step.tool),
                html.span(_short(step.text), "bad") if step.failed else html.text(_short(step.text)),
                self._links.cited(Sentence("", "", (step.evidence,))).strip() if step.evidence else "",
            ]
            for step in self._few(self._found.found)
        ]
        return html.table(["", "tool", "what it showed", "evidence"], rows, [""]) if rows else self.paragraphs(())

    def considered(self) -> str:
        rows = [
            [html.text(h.label), self._said(h), self._links.cited(h).strip()] for h in self._few(self._found.considered)
        ]
        return html.table(["verdict", "hypothesis", "evidence"], rows) if rows else self.paragraphs(())

    def durations(self) -> str:
        return self._list(self._found.durations, "")

    def went_well(self) -> str:
        return self._list(self._found.went_well, wording.WELL)

    def went_badly(self) -> str:
        return self._list(self._found.went_badly, wording.BADLY)

    def lucky(self) -> str:
        return self._list(self._found.lucky, wording.LUCKY)

    def conduct(self) -> str:
        return (
            f"{self.durations()}<h4>What went well</h4>{self.went_well()}"
            f"<h4>What went badly</h4>{self.went_badly()}<h4>Where we were lucky</h4>{self.lucky()}"
        )

    def _list(self, sentences: Sequence[Sentence], blank: str) -> str:
        items = [f"{self._said(one)}{self._links.cited(one)}" for one in self._few(sentences)]
        if blank:
            items.append(html.span(blank, "mark"))
        return f"<ul>{''.join(f'<li>{item}</li>' for item in items)}</ul>" if items else ""

    def actions(self) -> str:
        blank = html.span(TO_FILL_IN, "mark", "t")
        rows = [
            [
                _struck(action.what, action.result == "failed", action.detail)
                + self._links.cited(Sentence("", "", action.evidence)),
                html.text(action.kind),
                blank,
                blank,
                self._links.address(visible(action.link)) if action.link else "",
            ]
            for action in self._few(self._found.actions)
        ]
        rows.append([blank, "", blank, blank, ""])
        return html.table(["action", "kind", "owner", "due", "link"], rows)

    def gaps(self) -> str:
        items = [html.text(visible(gap)) for gap in self._few(self._found.gaps)]
        items += [
            f"{html.span('dropped, for it cited nothing:', 'dim')} {html.text(visible(one))}"
            for one in self._few(self._found.dropped)
        ]
        return f"<ul>{''.join(f'<li>{item}</li>' for item in items)}</ul>" if items else self.paragraphs(())

    def then_and_now(self) -> str:
        found = self._found
        if not found.verified:
            return f"<div>{html.span('The queries were not asked again.', 'dim')}</div>"
        at = f"{found.verified_at:%Y-%m-%d %H:%M} UTC" if found.verified_at else ""
        rows = [
            [
                self._links.cited(Sentence("", "", (one.evidence,))).strip(),
                html.text(visible(one.status)),
                html.text(_short(one.detail)),
            ]
            for one in self._few(found.verified)
        ]
        return f"<div>{html.span(f'Asked again {at}', 'dim')}</div>" + html.table(["evidence", "now", "how"], rows)

    def _said(self, one: Sentence) -> str:
        label = f"{html.span(one.label, 'dim')} " if one.label and not one.key.startswith("h") else ""
        text = _struck(one.text, one.result == "failed", one.detail)
        name = self._links.name(one.key)
        return f"<span{name}>{label}{text}</span>" if name else f"{label}{text}"

    def _few(self, entries: Iterable[_T]) -> list[_T]:
        return list(entries)[: self._most]


def _mark(one: Sentence) -> str:
    sign, kind = _MARKS[one.result]
    return html.span(sign, kind)


def _struck(text: str, failed: bool, detail: str) -> str:
    said = html.text(visible(text))
    return f"<del>{said}</del> {html.span(visible(detail), 'bad')}" if failed else said


def _short(text: str) -> str:
    line = " ".join(visible(text).split())
    return line if len(line) <= 300 else f"{line[:299]}…"
