"""A local variable that is used before it is bound: give it back the assignment that the change took out."""

from __future__ import annotations

import ast
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from aisre_nb.models.builtin.mend import syntax
from aisre_nb.models.builtin.mend.bindings import unbound
from aisre_nb.models.builtin.mend.hunks import Hunk, Run


@dataclass(frozen=True)
class _Taken:
    """An assignment that was taken out."""

    lines: tuple[str, ...]
    """Without indentation."""
    indent: int
    value: str
    place: int
    """The line of the new file before which it stood."""
    whole: bool
    """It stood by itself, not under an *if* or *else* that was taken out with it."""


def restore(source: str, name: str, line: int, hunks: Sequence[Hunk]) -> str | None:
    """The source in which ``name`` is bound on every path of the function around ``line``; None where that fails.

    The assignment goes back to where it stood, else before the first statement that binds or uses the name, in the
    innermost block that holds all of these: a variable that is set anew in each turn of a loop stays so.
    """
    tree = syntax.parse(source)
    function = _function(tree, name, line) if tree else None
    taken = sorted((t for h in hunks for r in h.runs() for t in _assignments(r, name)), key=lambda t: t.indent)
    if tree is None or function is None or not taken:
        return None
    if len({t.value for t in taken if t.indent == taken[0].indent}) > 1:
        # Which of the values is right depends on a condition that went with them.
        return None
    first = taken[0]
    for place, indent in _places(function, first, name):
        after = _inserted(source, first.lines, place, indent)
        mended = syntax.parse(after)
        if mended is not None and not syntax.worse(tree, mended) and _bound(mended, function.name, name):
            return after
    return None


def _function(tree: ast.Module, name: str, line: int) -> syntax.Function | None:
    around = syntax.enclosing(tree, line)
    if around is not None and name in unbound(around):
        return around
    found = [f for f in syntax.functions(tree) if name in unbound(f)]
    return found[0] if len(found) == 1 else None


def _assignments(run: Run, name: str) -> Iterator[_Taken]:
    for lines in (run.removed, *([line] for line in run.removed)):
        tree = syntax.parse(textwrap.dedent("\n".join(lines)))
        if tree is None:
            continue
        text = textwrap.dedent("\n".join(lines)).split("\n")
        least = min((len(li) - len(li.lstrip()) for li in run.removed if li.strip()), default=0)
        indent = min((len(li) - len(li.lstrip()) for li in lines if li.strip()), default=0)
        for node in tree.body:
            value = _value(node, name)
            if value is None or _renamed(run, name, value):
                continue
            own = tuple(text[node.lineno - 1 : node.end_lineno])
            yield _Taken(own, indent, value, run.place, indent == least)
        if lines is run.removed:
            return


def _value(node: ast.stmt, name: str) -> str | None:
    """What a plain assignment to ``name`` assigns, as a comparable text."""
    match node:
        case (
            ast.Assign(targets=[ast.Name(id=target)], value=value)
            | ast.AnnAssign(target=ast.Name(id=target), value=ast.expr() as value)
        ) if target == name:
            return ast.dump(value)
    return None


def _renamed(run: Run, name: str, value: str) -> bool:
    """The same value was given to another name right there: the old name should go, not come back."""
    tree = syntax.parse(textwrap.dedent("\n".join(run.added)))
    return tree is not None and any(
        isinstance(node, ast.Assign) and ast.dump(node.value) == value and name not in syntax.bound_in(node)
        for node in tree.body
    )


def _places(function: syntax.Function, taken: _Taken, name: str) -> Iterator[tuple[int, int]]:
    """Line before which to insert, from 1, and indentation."""
    if taken.whole and function.lineno < taken.place <= (function.end_lineno or function.lineno):
        yield taken.place, taken.indent
    block: Sequence[ast.stmt] = function.body
    while True:
        touching = [s for s in block if _touches(s, name)]
        inner = _inner(touching[0], name) if len(touching) == 1 else None
        if inner is None:
            break
        block = inner
    if touching:
        yield touching[0].lineno, touching[0].col_offset


def _inner(statement: ast.stmt, name: str) -> Sequence[ast.stmt] | None:
    """The one block of a loop or *with* that holds every mention of the name; None where there is no such one."""
    if not isinstance(statement, ast.For | ast.AsyncFor | ast.While | ast.With | ast.AsyncWith):
        return None
    outside = [n for n in ast.iter_child_nodes(statement) if not isinstance(n, ast.stmt)]
    elsewhere = [*outside, *getattr(statement, "orelse", [])]
    return None if any(_touches(n, name) for n in elsewhere) else statement.body


def _touches(node: ast.AST, name: str) -> bool:
    return any(isinstance(n, ast.Name) and n.id == name for n in ast.walk(node))


def _inserted(source: str, lines: Sequence[str], place: int, indent: int) -> str:
    old = source.splitlines(keepends=True)
    end = "\r\n" if old and old[0].endswith("\r\n") else "\n"
    new = [" " * indent + line + end for line in lines]
    if place > len(old) and old and not old[-1].endswith(("\n", "\r")):
        old[-1] += end
    return "".join([*old[: place - 1], *new, *old[place - 1 :]])


def _bound(tree: ast.Module, function: str, name: str) -> bool:
    return not any(name in unbound(f) for f in syntax.functions(tree) if f.name == function)
