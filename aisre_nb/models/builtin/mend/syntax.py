"""Python source as a tree: parsed, never run."""

from __future__ import annotations

import ast
import builtins
import warnings
from collections import Counter
from collections.abc import Iterator

Function = ast.FunctionDef | ast.AsyncFunctionDef
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.GeneratorExp, ast.DictComp)
_IMPLICIT = {"__file__", "__name__", "__doc__", "__path__", "__class__", "__builtins__", "__spec__", "__annotations__"}


def parse(source: str) -> ast.Module | None:
    """The tree; None where it is not Python, or a Python that this one cannot read."""
    try:
        with warnings.catch_warnings():
            # What the compiler thinks of somebody's escape sequences is not news here.
            warnings.simplefilter("ignore")
            return ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def functions(tree: ast.AST) -> list[Function]:
    """All functions, nested ones too."""
    return [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


def enclosing(tree: ast.AST, line: int) -> Function | None:
    """The innermost function that holds a line."""
    around = [f for f in functions(tree) if f.lineno <= line <= (f.end_lineno or f.lineno)]
    return max(around, key=lambda f: f.lineno, default=None)


def parameters(function: Function) -> set[str]:
    """The names that a call binds."""
    args = function.args
    plain = [*args.posonlyargs, *args.args, *args.kwonlyargs, *(a for a in (args.vararg, args.kwarg) if a)]
    return {a.arg for a in plain}


def own_nodes(node: ast.AST) -> Iterator[ast.AST]:
    """The nodes of a function's own scope: not those inside functions, classes and comprehensions in it."""
    for child in ast.iter_child_nodes(node):
        yield child
        if not isinstance(child, _SCOPES + _COMPREHENSIONS):
            yield from own_nodes(child)


def locals_of(function: Function) -> set[str]:
    """The names that are local to a function."""
    names = parameters(function)
    outer: set[str] = set()
    for node in own_nodes(function):
        if isinstance(node, ast.Global | ast.Nonlocal):
            outer |= set(node.names)
        names |= _binds(node)
    return names - outer


def bound_in(node: ast.AST) -> set[str]:
    """The names that a statement, a target or a pattern binds by itself, without the bodies in it."""
    return set().union(*(_binds(n) for n in (node, *own_nodes(node))))


def all_bound(tree: ast.AST) -> set[str]:
    """The names that anything in a file binds, in whatever scope."""
    names = set().union(*(_binds(node) for node in ast.walk(tree)))
    return names | {a.arg for node in ast.walk(tree) if isinstance(node, ast.arg) for a in (node,)}


def undefined(tree: ast.AST) -> set[str]:
    """Names that are used and bound nowhere in the file; empty where ``import *`` makes that unknowable."""
    nodes = list(ast.walk(tree))
    if any(isinstance(n, ast.ImportFrom) and any(a.name == "*" for a in n.names) for n in nodes):
        return set()
    used = {n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}
    return used - all_bound(tree) - set(dir(builtins)) - _IMPLICIT


def worse(before: ast.Module, after: ast.Module) -> bool:
    """Whether an edit left a name unbound or undefined that was not so before."""
    from aisre_nb.models.builtin.mend.bindings import unbound

    def count(tree: ast.Module) -> Counter[tuple[str, str]]:
        return Counter((f.name, name) for f in functions(tree) for name in unbound(f))

    return bool(count(after) - count(before)) or bool(undefined(after) - undefined(before))


def _binds(node: ast.AST) -> set[str]:
    match node:
        case ast.Name(ctx=ast.Store()):
            return {node.id}
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            return {node.name}
        case ast.Import() | ast.ImportFrom():
            return {(a.asname or a.name).split(".")[0] for a in node.names}
        case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
            return {name}
        case ast.MatchMapping(rest=str(name)):
            return {name}
    return set()
