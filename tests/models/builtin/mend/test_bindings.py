"""Definite assignment, held against what Python itself does."""

from __future__ import annotations

import ast
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aisre_nb.models.builtin.mend.bindings import unbound
from aisre_nb.models.builtin.mend.syntax import functions


def _unbound(body: str) -> set[str]:
    lines = "".join(f"    {line}\n" for line in body.strip("\n").split("\n"))
    return set(unbound(functions(ast.parse(f"def f(p, q=1, *r, **s):\n{lines}"))[0]))


@pytest.mark.parametrize(
    "body",
    [
        "x = 1\nreturn x",
        "if p:\n    x = 1\nelse:\n    x = 2\nreturn x",
        "if p:\n    x = 1\nelse:\n    raise ValueError\nreturn x",
        "if not p:\n    return 0\nelse:\n    x = 1\nreturn x",
        "for x in p:\n    use(x)",
        "while True:\n    x = 1\n    break\nreturn x",
        "try:\n    x = 1\nexcept ValueError:\n    x = 2\nreturn x",
        "try:\n    pass\nfinally:\n    x = 1\nreturn x",
        "with p as x:\n    return x",
        "if (x := p):\n    pass\nreturn x",
        "match p:\n    case 1:\n        x = 1\n    case _:\n        x = 2\nreturn x",
        "import x.y\nreturn x",
        "return [x for x in p if x]",
        "try:\n    x = 1\nexcept ValueError as e:\n    return e\nreturn x",
        "def g():\n    return x\nx = 1\nreturn g()",
        "global x\nreturn x",
        "x = y = p\nx, *y = y, x\nreturn y",
    ],
)
def test_what_is_bound_on_every_path(body: str) -> None:
    assert _unbound(body) == set()


@pytest.mark.parametrize(
    "body",
    [
        "if p:\n    x = 1\nreturn x",
        "for i in p:\n    x = i\nreturn x",
        "while p:\n    x = 1\nreturn x",
        "try:\n    x = 1\nexcept ValueError:\n    pass\nreturn x",
        "x += 1\nreturn x",
        "x = 1\ndel x\nreturn x",
        "match p:\n    case 1:\n        x = 1\nreturn x",
        "if p and (x := q):\n    pass\nreturn x",
        "use(x)\nx = 1",
        "for i in p:\n    use(x)\n    x = i",
        "try:\n    pass\nexcept ValueError as x:\n    pass\nreturn x",
        "return [x for i in p]\nx = 1",
        "if p:\n    import x\nreturn x",
    ],
)
def test_what_may_be_used_before_it_is_bound(body: str) -> None:
    assert "x" in _unbound(body)


def _block(depth: int) -> Any:
    simple = st.sampled_from(["x = 1", "use(x)", "pass", "return 0", "raise KeyError"])
    if not depth:
        return st.lists(simple, min_size=1, max_size=3).map("\n".join)
    inner = _block(depth - 1).map(lambda text: "\n".join(f"    {line}" for line in text.split("\n")))
    compound = st.one_of(
        st.tuples(inner, inner).map(lambda b: f"if next(p):\n{b[0]}\nelse:\n{b[1]}"),
        inner.map(lambda b: f"if next(p):\n{b}"),
        inner.map(lambda b: f"for i in range(next(p)):\n{b}"),
        st.tuples(inner, inner).map(lambda b: f"try:\n{b[0]}\nexcept KeyError:\n{b[1]}"),
        st.tuples(inner, inner).map(lambda b: f"try:\n{b[0]}\nfinally:\n{b[1]}"),
        inner.map(lambda b: f"while True:\n{b}\n    break"),
    )
    return st.lists(st.one_of(simple, compound), min_size=1, max_size=3).map("\n".join)


@settings(max_examples=150, deadline=None)
@given(_block(2), st.lists(st.integers(0, 1), min_size=40, max_size=40))
def test_what_is_called_bound_never_raises_when_it_runs(body: str, choices: list[int]) -> None:
    """The generated function runs, here in the test only, along random paths."""
    if "x" in _unbound(body) or "x = 1" not in body:
        return
    lines = "".join(f"    {line}\n" for line in body.split("\n"))
    scope: dict[str, Any] = {"use": lambda x: None}
    exec(compile(f"def f(p):\n{lines}", "generated", "exec"), scope)
    with suppress(KeyError, StopIteration):
        scope["f"](iter(choices))
