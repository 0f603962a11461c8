"""The value that an answer holds: as structured content, JSON or YAML, and prose that stays what it is."""

from __future__ import annotations

import time
from typing import Any

import pytest

from aisre_nb.mcp.values import parsed, value

PODS = "# Pods in YAML:\n- apiVersion: v1\n  kind: Pod\n  n: 0\n- apiVersion: v1\n  kind: Pod\n  n: 1\n"
PICTURE = {"type": "image", "data": "QUJD", "mimeType": "image/png"}


@pytest.mark.parametrize(
    ("structured", "texts", "found"),
    [
        ({"result": [1]}, ["x"], [1]),
        ({"result": '[{"a": 1}]'}, ["x"], [{"a": 1}]),
        # A server's own object around the text that it sends beside it.
        ({"content": "all\n is well"}, ["all\n is well"], "all\n is well"),
        ({"content": '[{"a": 1}]'}, ['[{"a": 1}]'], [{"a": 1}]),
        ({"status": "ok"}, ['{"status": "ok"}'], {"status": "ok"}),
        ({"content": "a", "size": 1}, ["a"], {"content": "a", "size": 1}),
        ({"content": [PICTURE]}, [], None),
        ({"content": [{"type": "text", "text": "a"}]}, ["a"], None),
        ({"content": [{"type": "pod", "data": "a"}]}, [], {"content": [{"type": "pod", "data": "a"}]}),
        (None, ['{"a": 1}', '{"a": 2}'], [{"a": 1}, {"a": 2}]),
        (None, ['{"a": 1}', "prose"], None),
        (None, [], None),
    ],
)
def test_what_an_answer_holds(structured: Any, texts: list[str], found: Any) -> None:
    assert value(structured, texts) == found


def test_yaml_of_rows_and_of_an_object_is_read() -> None:
    assert parsed(PODS) == [{"apiVersion": "v1", "kind": "Pod", "n": n} for n in range(2)]
    # What is a time, a version, an octal number or a word stays the text that it is.
    told = "kind: Pod\napiVersion: v1\nat: 2026-03-01T12:00:00Z\nv: 1.10.0\nm: 0644\nfor: 1:30\nup: on\nx: 1.5\ny: ~\n"
    assert parsed(told) == {
        "kind": "Pod", "apiVersion": "v1", "at": "2026-03-01T12:00:00Z", "v": "1.10.0", "m": "0644", "for": "1:30",
        "up": "on", "x": 1.5, "y": None,
    }  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "", "all is well", "Note: all is well", "- one\n- two", "- a: 1\n- b: 2", "a: 1\nb: 2", "# a heading\n\ntext",
        "kind: [", "kind: Pod\napiVersion: !!python/object/apply:os.system [id]",
        "kind: &a [x, x]\napiVersion: [*a, *a]",
        "- a: &a 1\n  b: *a", "apiVersion: v1\nkind: " + "[" * 100_000, "kind: x\n" * 300_000,
    ],
)  # fmt: skip
def test_prose_and_what_is_made_to_harm_stay_texts(text: str) -> None:
    begin = time.monotonic()
    assert parsed(text) is None
    assert time.monotonic() - begin < 2
