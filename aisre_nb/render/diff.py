"""Diffs: added and removed lines, and the hunk that the evidence leads to."""

from __future__ import annotations

from html import escape

from aisre_nb.evidence.evidence import Evidence
from aisre_nb.render import html


def hunks(evidence: Evidence) -> str:
    """The suspect hunks open, all others to unfold."""
    parts, rest = [], []
    for row in evidence.df.to_dict("records"):
        name = f"{row['file']}, line {row['new_start']}"
        if row.get("suspect"):
            why = html.span(f"◀ suspect: {row.get('why', '')}", "mark")
            parts.append(f"<div>{html.code(name)} {why}</div>{lines(row['text'])}")
        else:
            rest.append(html.details(html.code(name), lines(row["text"])))
    if rest:
        parts.append(html.details(f"{len(rest)} other hunks", "".join(rest)) if parts else "".join(rest))
    return "".join(parts)


def lines(diff: str) -> str:
    """A unified diff; the marks in front of each line say what colour says."""
    marked = []
    for line in str(diff).splitlines():
        kind = "add" if line.startswith("+") else "del" if line.startswith("-") else ""
        marked.append(f'<span class="aisre-{kind}">{escape(line)}</span>' if kind else escape(line))
    return f"<pre>{chr(10).join(marked)}</pre>"


def file(evidence: Evidence) -> str:
    """The lines round the marked ones; the whole file where none is marked and it is short."""
    frame = evidence.df
    marked = set(frame[frame["marked"].astype(bool)]["line"]) if "marked" in frame else set()
    near = {n for m in marked for n in range(int(m) - 8, int(m) + 5)} or set(range(1, 41))
    shown = []
    for row in frame[frame["line"].isin(near)].itertuples(index=False):
        text = f"{row.line:>4} {'▶' if row.line in marked else ' '} {escape(str(row.text))}"
        shown.append(f'<span class="aisre-mark">{text}</span>' if row.line in marked else text)
    return html.details(html.code(evidence.title), f"<pre>{chr(10).join(shown)}</pre>", open_=bool(marked))


def pull_request(evidence: Evidence) -> str:
    """Where it is, and its diff."""
    facts = evidence.facts
    place = html.text(f"#{facts.get('number')} {facts.get('state')}, branch ") + html.code(facts.get("branch"))
    body = "".join(lines(row["diff"]) for row in evidence.df.to_dict("records"))
    return f"<div>{place}</div>" + html.details("the diff", body)
