from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aisre_nb.sources.open import open_case
from aisre_nb.sources.reported import Reported, reported
from aisre_nb.times import Window, instant

START = instant("2026-11-23T10:00:00Z")
HURT = Window(START, START + timedelta(minutes=20))
WELL = Window(START + timedelta(days=90), START + timedelta(days=92))

_anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
_window = st.dictionaries(st.sampled_from(["start", "end"]), _anything, max_size=2) | _anything


def test_every_part_is_read() -> None:
    manifest = {
        "window": HURT.as_json(),
        "baseline": WELL.as_json(),
        "symptom": {"service": "door", "metric": "latency"},
    }
    assert reported(manifest) == (Reported(HURT, WELL, "door", "latency"), ())


def test_a_manifest_that_says_nothing_of_the_trouble_is_empty() -> None:
    found, notes = reported({"name": "x", "now": "2026-11-23T10:00:00Z"})
    assert found.empty
    assert notes == ()


@pytest.mark.parametrize(
    ("manifest", "told"),
    [
        ({"window": {"start": "2026-11-23T11:00:00Z", "end": "2026-11-23T10:00:00Z"}}, "window"),
        ({"window": {"start": "yesterday-ish", "end": "2026-11-23T10:00:00Z"}}, "not a time"),
        ({"window": {"start": "2026-11-23T10:00:00Z"}}, "it has no 'end'"),
        ({"baseline": "last week"}, "it is not an object"),
        ({"baseline": {"start": 1, "end": 2}}, "its start is not a text"),
        ({"symptom": ["door"]}, "it is not an object"),
        ({"symptom": {"service": 7}}, "symptom.service"),
    ],
)
def test_what_cannot_be_read_is_a_note_and_the_rest_goes_on(manifest: dict[str, Any], told: str) -> None:
    whole = {"baseline": WELL.as_json(), "symptom": {"metric": "errors"}} | manifest
    found, notes = reported(whole)
    assert len(notes) == 1
    assert told in notes[0]
    assert not found.empty


@given(window=_window, baseline=_window, symptom=_anything)
def test_nothing_that_stands_in_a_manifest_is_an_error(window: Any, baseline: Any, symptom: Any) -> None:
    found, notes = reported({"window": window, "baseline": baseline, "symptom": symptom})
    assert all(len(note) < 400 for note in notes)
    assert found.window is None or found.window.start < found.window.end


async def test_an_opened_case_brings_what_was_reported(telemetry: Any) -> None:
    telemetry.table("otel_logs", [telemetry.log(1, "x")])
    manifest = {"window": HURT.as_json(), "baseline": "never", "symptom": {"service": "door", "metric": "latency"}}
    (telemetry.folder / "manifest.json").write_text(json.dumps(manifest))
    sources = open_case(telemetry.folder)
    assert sources.reported == Reported(HURT, None, "door", "latency")
    assert any("baseline 'never' is left out" in note for note in sources.notes)
    await sources.all[0].close()


async def test_a_case_without_a_manifest_reports_nothing(telemetry: Any) -> None:
    telemetry.table("otel_logs", [telemetry.log(1, "x")])
    sources = open_case(telemetry.folder)
    assert sources.reported.empty
    await sources.all[0].close()
