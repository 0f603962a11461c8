"""How services write their lines."""

from __future__ import annotations

import json

import pytest

from aisre_nb.sandbox.services import NAMES
from aisre_nb.sandbox.telemetry.log_formats import FORMATS, written

BODY = 'order "7" of u-1 failed: C:\\x'
TOLD = {"exception.type": "KeyError", "exception.stacktrace": "Traceback:\n  a\n", "http.route": "/x"}


def _written(style: str) -> tuple[str, dict[str, str]]:
    return written(style, "ERROR", BODY, TOLD, "2026-03-04T12:00:00Z", "abc")


def test_json_can_be_read():
    line, left = _written("json")
    assert json.loads(line) == {"time": "2026-03-04T12:00:00Z", "level": "error", "msg": BODY, "trace_id": "abc"}
    assert left == TOLD and "\n" not in line


def test_logfmt_quotes_what_it_must():
    line, left = _written("logfmt")
    assert line == 'level=error msg="order \\"7\\" of u-1 failed: C:\\\\x" trace_id=abc' and left == TOLD


def test_a_trace_in_the_text_is_not_told_beside_it():
    line, left = _written("traceback")
    assert line == f"{BODY}\nTraceback:\n  a" and left == {"http.route": "/x"}


@pytest.mark.parametrize("style", ["", "something"])
def test_other_services_write_plain_text(style: str):
    assert _written(style) == (BODY, TOLD)


def test_formats_are_those_of_services():
    assert set(FORMATS) <= set(NAMES)
