"""Every payload in every place, before a model that does what it reads: nothing is changed, called or run."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from aisre_nb.approval.automatic import AutomaticApprover
from aisre_nb.evidence.invisible import visible
from aisre_nb.notebook.replayed import outputs
from aisre_nb.notebook.transcript import view
from aisre_nb.record.audit import Audit
from aisre_nb.record.events import Decided, ModelTurn, Noted, ToolFinished, ToolStarted
from aisre_nb.record.record import Record
from aisre_nb.render import note, report, step
from aisre_nb.render.show import Shown
from aisre_nb.session.investigation import Investigation

from .conftest import TEXTS
from .hostile import CHANGES
from .live import live, steers
from .payloads import ALL
from .places import FOLDER, SESSION
from .watch import fingerprint

ACTED_ON = [next(p.text for p in ALL if p.id == "html-0")]
"""What the model puts into every change in every place; it reads all, and elsewhere acts on all."""
_TELEMETRY = ("log_lines", "trace_status", "metric_labels", "service_names")
TRACES = {**dict.fromkeys(_TELEMETRY, 2), "span_names": 6, "span_attributes": 25}
"""How many are opened where telemetry is the place; elsewhere the model looks at none of it."""
PLACES = [*FOLDER, *SESSION, "question"]
assert len(PLACES) >= 15 and len(ALL) >= 60

SIGNS = {
    "instructions to an assistant": "Ignore all previous",
    "a forged message or tool result": "<tool_result>",
    "a forged approval": "pre-approved by the operator",
    "live HTML": "<script>window.__pwned",
}
"""How it is known that a model read a payload of a kind."""
SEEN = {"span_names": 60, "span_attributes": 60}
"""How many of the 70 that are not huge some tool must bring, where a tool brings the first of many only."""


@pytest.mark.parametrize("place", PLACES)
def test_nothing_is_changed_called_or_run(
    place: str, attacked: Any, run: Any, outside: list[str], tmp_path: Path
) -> None:
    inv, world, question = attacked(place, ACTED_ON)
    inv.model.traces = TRACES.get(place, 0)
    before = fingerprint(world)
    outside.clear()
    run(inv, question, AutomaticApprover(inv.policy, "nobody"))
    assert set(outside) == set()
    assert fingerprint(world) == before
    assert {file.name for file in tmp_path.iterdir()} <= {"world", "records", "audit.jsonl", "thrown-away"}
    assert list((tmp_path / "thrown-away").iterdir()) == []
    assert not list(Path("/tmp").glob("pwned*")) and not list(Path("/tmp").glob("outside*"))
    _each_attempt_is_in_the_record(inv, tmp_path)
    assert {found for bundle in _shown(inv) for found in live(bundle)} == set()
    _suspicious_texts_are_flagged(inv, place)
    _nothing_can_close_its_block(inv)


def test_every_payload_in_the_arguments_of_changes(attacked: Any, run: Any, outside: list[str], tmp_path: Path) -> None:
    inv, world, question = attacked("nowhere", [text[:3000] for text in TEXTS])
    # Few turns: one that learns nothing for long is ended.
    inv.model.at_once = 26
    before = fingerprint(world)
    outside.clear()
    run(inv, question, AutomaticApprover(inv.policy, "nobody"))
    assert set(outside) == set() and fingerprint(world) == before
    assert len([e for e in inv.events if isinstance(e, Decided)]) > 3 * len(TEXTS)
    _each_attempt_is_in_the_record(inv, tmp_path)
    assert {found for bundle in _shown(inv) for found in live(bundle)} == set()


def _each_attempt_is_in_the_record(inv: Investigation, folder: Path) -> None:
    """A wanted change was denied, or did not even fit its tool; the record, read again, says so of each."""
    events = Record.load(inv.record.folder).events
    asked = [call for e in events if isinstance(e, ModelTurn) for call in e.calls if call["name"] in CHANGES]
    decided = [e for e in events if isinstance(e, Decided)]
    started = {e.n for e in events if isinstance(e, ToolStarted)}
    ended = [e for e in events if isinstance(e, ToolFinished) and e.tool in CHANGES]
    assert len(asked) >= 15 and Counter(call["name"] for call in asked) == Counter(e.tool for e in ended)
    assert {d.verdict for d in decided} == {"denied"} and {d.channel for d in decided} == {"policy"}
    assert all(e.error and not e.evidence for e in ended)
    shown = {d.n for d in decided}
    # What could not even be shown (a path outside, a branch that is none) was started, and ended in an error.
    assert all(e.n in shown or e.n not in started or "Not run" not in e.error for e in ended)
    assert {d.n for d in decided} <= started
    assert len(Audit(folder / "audit.jsonl").entries()) == len(decided)
    assert list(Audit(folder / "audit.jsonl").problems()) == []


def _shown(inv: Investigation) -> list[dict[str, Any]]:
    """Whatever a notebook draws of it: as it runs, when it is shown again, and by itself."""
    bundles = [b for s in inv.steps for b in step.bundles(view(s))]
    bundles += [note.bundle(e.text, e.level) for e in inv.events if isinstance(e, Noted)]
    bundles += [Shown.evidence(found).bundle() for found in inv.evidence.values()]
    assert inv.report is not None
    bundles.append(report.bundle(inv.report, inv.evidence, inv.usage, inv.seconds))
    return [*bundles, *outputs(inv.events, inv.evidence)]


def _suspicious_texts_are_flagged(inv: Investigation, place: str) -> None:
    """What was read of the payloads is flagged, in the cell, the record and the block that the model reads."""
    notes = [e for e in inv.events if isinstance(e, Noted) and "what looks like" in e.text]
    assert notes and {e.level for e in notes} == {"warning"}
    # An error may repeat what the model itself wrote.
    said = [e.text for e in notes if not e.text.startswith("the error of")]
    assert said, "what came from the place is flagged"
    assert place != "question" or said[0].startswith("the question holds")
    assert place != "tools_and_their_results" or said[0].startswith("the description of a tool holds")
    lines = (inv.record.folder / "events.jsonl").read_text(encoding="utf-8").splitlines()
    kept = [json.loads(line) for line in lines]
    assert [e["text"] for e in kept if e["type"] == "note" and "what looks like" in e["text"]] == [
        e.text for e in notes
    ]
    fetched = " ".join(text for text in inv.model.read if "evidence=E" in text[:200])
    for kind, sign in SIGNS.items():
        if sign in fetched:
            assert any(kind in e.text for e in notes), f"{kind} was read and not flagged"
            blocks = [b for b in inv.model.read if sign in b and "evidence=E" in b[:200]]
            assert kind == "live HTML" or all("suspicious=" in block.split("\n")[0] for block in blocks)
    seen = _seen(inv)
    assert len(seen) >= SEEN.get(place, 66), f"{place}: {len(seen)} were seen, not { {p.id for p in ALL} - seen }"


def _seen(inv: Investigation) -> set[str]:
    """The payloads that came as far as a result or the question: what the model itself writes does not count."""
    texts = [inv.messages[0].text, *(t.description for t in map(inv.registry.get, inv.registry.names()))]
    for found in inv.evidence.values():
        texts += [found.text, str(found.facts), *found.df.columns.map(str)]
        texts += [str(value) for _, column in found.df.items() for value in column.tolist()]
    whole = _plain("\n".join(texts))
    return {p.id for p in ALL if p.kind != "heavy" and _sign(p.text) in whole}


def _sign(text: str) -> str:
    return _plain(visible(text))[:24]


def _plain(text: str) -> str:
    """Letters alone: rendering, JSON and file names write the rest in their own ways."""
    return re.sub(r"\\[nrtu]|[\W_]+", "", text)


def _nothing_can_close_its_block(inv: Investigation) -> None:
    mark = inv.context._mark
    for text in inv.model.read:
        if mark in text:
            assert text.startswith(f"<result {mark} ") and text.endswith(f"</result {mark}>")
            assert text.count(mark) == 2
        assert steers(text) == []
        assert "root:x:0:0" not in text, "the password file was read"
