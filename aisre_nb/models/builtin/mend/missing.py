"""A name of the module that is no longer there: give back the import or definition that the change took out."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from aisre_nb.models.builtin.mend import syntax
from aisre_nb.models.builtin.mend.hunks import Hunk, Run


def restore(source: str, name: str, hunks: Sequence[Hunk]) -> str | None:
    """The source in which the module binds ``name`` again; None where nothing that was taken out did."""
    tree = syntax.parse(source)
    if tree is None or name not in syntax.undefined(tree):
        return None
    for run in (run for hunk in hunks for run in hunk.runs()):
        statement = _statement(run, name)
        if not statement:
            continue
        for place in (run.place, _after_imports(tree)):
            lines = source.splitlines(keepends=True)
            after = "".join([*lines[: place - 1], statement, *lines[place - 1 :]])
            mended = syntax.parse(after)
            at_top = mended is not None and any(name in syntax.bound_in(node) for node in mended.body)
            if (
                mended is not None
                and at_top
                and name not in syntax.undefined(mended)
                and not syntax.worse(tree, mended)
            ):
                return after
    return None


def _statement(run: Run, name: str) -> str:
    """The taken-out statement of the module that binds the name, as text; of an import only that name."""
    tree = syntax.parse("\n".join(run.removed))
    for node in tree.body if tree else []:
        if name not in syntax.bound_in(node):
            continue
        if isinstance(node, ast.Import | ast.ImportFrom):
            node.names = [a for a in node.names if (a.asname or a.name).split(".")[0] == name]
            return ast.unparse(node) + "\n"
        if isinstance(node, ast.Assign | ast.AnnAssign | ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", []))])
            return "".join(f"{line}\n" for line in run.removed[first - 1 : node.end_lineno])
    return ""


def _after_imports(tree: ast.Module) -> int:
    """The line behind the last import of the module, else behind its docstring, else the first."""
    ends = [n.end_lineno or n.lineno for n in tree.body if isinstance(n, ast.Import | ast.ImportFrom)]
    if not ends and ast.get_docstring(tree, clean=False) is not None:
        ends = [tree.body[0].end_lineno or 1]
    return max(ends, default=0) + 1
