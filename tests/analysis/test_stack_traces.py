"""Stack traces of four languages, the innermost frame last."""

from __future__ import annotations

import time
import traceback

from hypothesis import given, settings
from hypothesis import strategies as st

from aisre_nb.analysis.stack_traces import Frame, parse

JAVA = """java.lang.IllegalStateException: no stock
\tat shop.Stock.take(Stock.java:42)
\tat shop.Main.main(Main.java:7)"""
GO = """panic: runtime error: index out of range
goroutine 1 [running]:
main.total()
\t/app/total.go:12 +0x1d
main.main()
\t/app/main.go:5 +0x2a"""
NODE = """TypeError: x is undefined
    at total (/app/total.js:3:9)
    at /app/main.js:10:1"""


def _inner() -> None:
    raise KeyError("colour")


def test_a_real_python_traceback() -> None:
    try:
        _inner()
    except KeyError:
        found = parse(traceback.format_exc())
    assert found is not None and (found.type, found.message) == ("KeyError", "'colour'")
    last = found.frames[-1]
    assert last.file == __file__ and last.function == "_inner" and last.code == 'raise KeyError("colour")'


def test_java_go_and_node_put_the_innermost_frame_first_and_it_comes_out_last() -> None:
    java, go, node = parse(JAVA), parse(GO), parse(NODE)
    assert java is not None and java.frames[-1] == Frame("Stock.java", 42, "shop.Stock.take")
    assert (java.type, java.message) == ("java.lang.IllegalStateException", "no stock")
    assert go is not None and (go.frames[-1].file, go.frames[-1].line) == ("/app/total.go", 12)
    assert node is not None and node.frames[-1] == Frame("/app/total.js", 3, "total") and node.type == "TypeError"


def test_what_is_no_stack_trace_is_none() -> None:
    assert parse("GET /cart 200 in 3 ms") is None and parse("") is None


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=2000))
def test_any_text_is_read_without_an_error(text: str) -> None:
    parse(text)
    parse(f'Traceback\n  File "{text}", line 3, in {text}\n{text}')


def test_hostile_lines_are_read_quickly() -> None:
    start = time.process_time()
    parse(("at " + "a." * 500_000 + "(") + "\n" + ("Error: " * 200_000) + "\n" + "A" * 1_000_000)
    assert time.process_time() - start < 2
