"""Whether Python files fit together, as far as reading them tells: they parse, and what they use is there."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath

_ALWAYS = {*dir(builtins), "__file__", "__name__", "__doc__", "__path__", "__spec__", "__package__", "__annotations__"}


def loose_ends(texts: Mapping[str, str]) -> set[str]:
    """What does not fit: files that do not parse, names that nothing binds, imports of what another file has not.

    ``texts`` by path; other files than Python's are left out. A name that is bound anywhere in a file counts as bound
    in all of it, so that nothing is held against a file that only running it could show.
    """
    trees: dict[str, ast.Module] = {}
    found: set[str] = set()
    for path, text in texts.items():
        if path.endswith(".py"):
            try:
                trees[path] = ast.parse(text)
            except (SyntaxError, ValueError, RecursionError, MemoryError):
                found.add(f"{path}: syntax")
    bound = {path: _bound(tree) for path, tree in trees.items()}
    for path, tree in trees.items():
        open_ended = any(isinstance(n, ast.ImportFrom) and any(a.name == "*" for a in n.names) for n in ast.walk(tree))
        used = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}
        if not open_ended:
            found |= {f"{path}: {name}" for name in used - bound[path] - _ALWAYS}
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom):
                found |= {f"{path}: {node.module}.{name}" for name in _not_there(node, path, bound, texts)}
    return found


def _not_there(node: ast.ImportFrom, path: str, bound: Mapping[str, set[str]], texts: Iterable[str]) -> list[str]:
    """What an import wants of a file of this tree and that has not; of any other module nothing is known."""
    module = (node.module or "").split(".") if node.module else []
    own = PurePosixPath(path)
    parents = [own.parents[node.level - 1]] if 0 < node.level <= len(own.parents) else list(own.parents)
    for parent in parents if module or node.level else []:
        base = parent.joinpath(*module)
        for file in (f"{base}.py", f"{base}/__init__.py"):
            if file in bound:
                inside = {PurePosixPath(p).stem for p in texts if PurePosixPath(p).parent == PurePosixPath(base)}
                inside |= {PurePosixPath(p).parent.name for p in texts if PurePosixPath(p).parent.parent == base}
                return [a.name for a in node.names if a.name not in bound[file] | inside | {"*"}]
    # A module of an own package that is not there any more.
    packages = {str(PurePosixPath(p).parent) for p in bound if p.endswith("/__init__.py")}
    for parent in parents if len(module) > 1 else []:
        if str(parent.joinpath(*module[:-1])) in packages:
            return [a.name for a in node.names]
    return []


def _bound(tree: ast.Module) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                found.add(name)
            case ast.Name(id=name, ctx=ast.Store() | ast.Del()):
                found.add(name)
            case ast.arg(arg=name):
                found.add(name)
            case ast.alias(name=name, asname=other):
                found.add(other or name.split(".")[0])
            case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
                found.add(name)
            case ast.MatchMapping(rest=str(name)):
                found.add(name)
            case ast.Global(names=names) | ast.Nonlocal(names=names):
                found |= set(names)
    return found


def function_at(text: str, line: int) -> str:
    """The function or method in which a line of a Python file stands, ``"Cart.total"``; empty outside of all."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ""
    names: list[str] = []
    body: list[ast.stmt] = tree.body
    while True:
        inner = next(
            (
                node
                for node in body
                if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
                and min([node.lineno, *(d.lineno for d in node.decorator_list)]) <= line <= (node.end_lineno or 0)
            ),
            None,
        )
        if inner is None:
            return ".".join(names)
        names.append(inner.name)
        body = inner.body
