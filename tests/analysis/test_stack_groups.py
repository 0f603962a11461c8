"""Stack traces of one exception and one place of the own code are one group."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pandas as pd

from aisre_nb.analysis.stack_groups import grouped, is_own
from aisre_nb.analysis.stack_traces import Frame

START = datetime(2026, 3, 1, 10, 0, tzinfo=UTC)
STACK = """Traceback (most recent call last):
  File "/app/{caller}.py", line 3, in call
    pay()
  File "/app/pay.py", line {line}, in pay
    get()
  File "/usr/lib/python3.11/site-packages/lib/get.py", line 90, in get
    raise
{type}: no fee for {n}"""


def _records(*rows: tuple[int, str, dict[str, Any] | None]) -> pd.DataFrame:
    made = [{"time": START + timedelta(minutes=m), "body": body, "attributes": a} for m, body, a in rows]
    return pd.DataFrame(made, columns=["time", "body", "attributes"])


def _stack(n: int, caller: str = "a", line: int = 7, kind: str = "KeyError") -> str:
    return STACK.format(n=n, caller=caller, line=line, type=kind)


def test_callers_and_messages_do_not_matter_but_type_and_own_place_do() -> None:
    found = grouped(
        _records(
            (3, _stack(1), None),
            (1, _stack(2, caller="b"), None),
            (2, _stack(3, line=8), None),
            (4, _stack(4, kind="ValueError"), None),
            (5, "served", None),
        )
    )
    assert [(g.type, g.place.line, g.count) for g in found] == [
        ("KeyError", 7, 2),
        ("KeyError", 8, 1),
        ("ValueError", 7, 1),
    ]
    first = found[0]
    assert (first.first_seen, first.last_seen) == (START + timedelta(minutes=1), START + timedelta(minutes=3))
    assert (first.first, first.members, first.message) == (1, (1, 0), "no fee for 2")
    assert first.text == _stack(2, caller="b") and first.frames[-1].file.endswith("get.py")


def test_attributes_name_the_exception_before_the_body_does() -> None:
    attributes = {"exception.stacktrace": _stack(1), "exception.type": "app.NoFee", "exception.message": "none"}
    found = grouped(_records((0, "payment failed", attributes)))
    assert (found[0].type, found[0].message, found[0].count) == ("app.NoFee", "none", 1)


def test_records_without_a_trace_are_no_groups() -> None:
    assert grouped(_records()) == [] and grouped(_records((0, "a\nb", {"exception.type": "X"}))) == []


def test_frames_of_libraries_and_runtimes_are_not_own() -> None:
    assert is_own(Frame("/app/pay.py", 1)) and is_own(Frame("Cart.java", 3, "org.shop.Cart.add"))
    foreign = [
        Frame("/app/node_modules/x/y.js", 1),
        Frame("/root/go/pkg/mod/x/y.go", 1),
        Frame("Thread.java", 829, "java.lang.Thread.run"),
        Frame("/rustc/90b3/library/std/src/panicking.rs", 652, "std::panicking::begin"),
    ]
    assert not any(map(is_own, foreign))
