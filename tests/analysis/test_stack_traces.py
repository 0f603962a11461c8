"""Stack traces of many languages, the innermost frame last."""

from __future__ import annotations

import time
import traceback

import pytest
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


CAUSED = """org.shop.CartException: cannot pay
\tat org.shop.Cart.pay(Cart.java:10)
\tat java.base/java.lang.Thread.run(Thread.java:829)
Caused by: java.lang.NullPointerException: fee
\tat app//org.shop.Fees.of(Fees.java:3)
\t... 1 more"""
DOTNET = """System.InvalidOperationException: no stock
   at Shop.Stock.Take(Int32 id) in /src/Stock.cs:line 42
   at Shop.Program.Main(String[] args) in /src/Program.cs:line 7"""
RUST = """thread 'main' panicked at src/stock.rs:42:5:
no stock
stack backtrace:
   0: rust_begin_unwind
             at /rustc/90b35a6/library/std/src/panicking.rs:652:5
   1: shop::stock::take
             at ./src/stock.rs:42:5
   2: shop::main::h0123456789abcdef
             at ./src/main.rs:7:1"""
RUBY = """app/stock.rb:42:in `take': no stock (ArgumentError)
\tfrom app/main.rb:7:in 'Shop#main'"""
PHP = """PHP Fatal error:  Uncaught RuntimeException: no stock in /app/stock.php:42
Stack trace:
#0 /app/main.php(7): Stock->take()
#1 {main}"""


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


@pytest.mark.parametrize(
    ("text", "error", "last", "first"),
    [
        (DOTNET, ("System.InvalidOperationException", "no stock"), ("/src/Stock.cs", 42, "Shop.Stock.Take"), 7),
        (RUST, ("panicked", "no stock"), ("src/stock.rs", 42, ""), 7),
        (RUBY, ("ArgumentError", "no stock"), ("app/stock.rb", 42, "take"), 7),
        (PHP, ("RuntimeException", "no stock"), ("/app/stock.php", 42, ""), 7),
        (GO, ("panic", "runtime error: index out of range"), ("/app/total.go", 12, "main.total"), 5),
        (CAUSED, ("java.lang.NullPointerException", "fee"), ("Fees.java", 3, "org.shop.Fees.of"), 3),
    ],
    ids=["dotnet", "rust", "ruby", "php", "go", "java with a cause"],
)
def test_each_language_has_error_and_frames(
    text: str, error: tuple[str, str], last: tuple[str, int, str], first: int
) -> None:
    found = parse(text)
    assert found is not None and (found.type, found.message) == error
    assert (found.frames[-1].file, found.frames[-1].line, found.frames[-1].function) == last
    assert found.frames[0].line == first


def test_what_is_no_stack_trace_is_none() -> None:
    assert parse("GET /cart 200 in 3 ms") is None and parse("") is None


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=2000))
def test_any_text_is_read_without_an_error(text: str) -> None:
    parse(text)
    parse(f'Traceback\n  File "{text}", line 3, in {text}\n{text}')


def test_hostile_lines_are_read_quickly() -> None:
    start = time.process_time()
    for line in (
        ":in `a': " * 300,
        "main.a(" * 400 + "\n\t/a.go:1",
        " in /a.php" * 300,
        "thread '" + "' panicked at " * 200,
    ):
        parse((line + "\n") * 400)
    parse(("at " + "a." * 500_000 + "(") + "\n" + ("Error: " * 200_000) + "\n" + "A" * 1_000_000)
    assert time.process_time() - start < 2
