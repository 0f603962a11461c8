"""Whether local names are bound on every path before they are used.

Definite assignment over the syntax tree, as chapter 16 of the Java Language Specification defines it, with Python's
statements. Where it cannot know, it takes the worse: a body that may not run binds nothing.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence

from aisre_nb.models.builtin.mend.syntax import Function, bound_in, locals_of, parameters

State = frozenset[str] | None
"""The names that are bound here for certain; None where nothing gets to."""


def unbound(function: Function) -> dict[str, int]:
    """Local names that may be used before they are bound, with the first line of such a use."""
    flow = _Flow(locals_of(function))
    flow.block(function.body, frozenset(parameters(function)))
    return flow.found


def _meet(*states: State) -> State:
    reached = [s for s in states if s is not None]
    return frozenset.intersection(*reached) if reached else None


class _Flow:
    def __init__(self, names: set[str]) -> None:
        self.names = names
        self.found: dict[str, int] = {}
        self._leaving: list[tuple[list[State], list[State]]] = []
        """For each loop around: the states at its breaks and at its continues."""

    def block(self, body: Sequence[ast.stmt], state: State) -> State:
        for statement in body:
            if state is None:
                return None
            state = self._statement(statement, state)
        return state

    def _statement(self, node: ast.stmt, state: frozenset[str]) -> State:
        match node:
            case ast.Return() | ast.Raise():
                self._parts(node, state)
                return None
            case ast.Break() | ast.Continue():
                if self._leaving:
                    self._leaving[-1][isinstance(node, ast.Continue)].append(state)
                return None
            case ast.If():
                state = self._use(node.test, state)
                return _meet(self.block(node.body, state), self.block(node.orelse, state))
            case ast.For() | ast.AsyncFor() | ast.While():
                return self._loop(node, state)
            case ast.Try() | ast.TryStar():
                return self._try(node, state)
            case ast.With() | ast.AsyncWith():
                for item in node.items:
                    state = self._use(item.context_expr, state)
                    state |= bound_in(item.optional_vars) if item.optional_vars else set()
                return self.block(node.body, state)
            case ast.Match():
                return self._match(node, state)
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                outside: list[ast.expr] = [*node.decorator_list]
                if not isinstance(node, ast.ClassDef):
                    outside += [*node.args.defaults, *(d for d in node.args.kw_defaults if d)]
                return self._all(outside, state) | {node.name}
            case ast.AugAssign():
                if isinstance(node.target, ast.Name):
                    self._seen(node.target, state)
                return self._parts(node, state) | bound_in(node.target)
            case ast.AnnAssign():
                return self._use(node.value, state) | bound_in(node.target) if node.value else state
            case ast.Delete():
                return self._parts(node, state) - {t.id for t in node.targets if isinstance(t, ast.Name)}
            case _:
                return self._parts(node, state) | bound_in(node)

    def _loop(self, node: ast.For | ast.AsyncFor | ast.While, state: frozenset[str]) -> State:
        endless = isinstance(node, ast.While) and isinstance(node.test, ast.Constant) and bool(node.test.value)
        state = self._use(node.test if isinstance(node, ast.While) else node.iter, state)
        inside = state if isinstance(node, ast.While) else state | bound_in(node.target)
        breaks: list[State] = []
        continues: list[State] = []
        self._leaving.append((breaks, continues))
        end = self.block(node.body, inside)
        self._leaving.pop()
        ended = None if endless else self.block(node.orelse, _meet(state, end, *continues) or state)
        return _meet(ended, *breaks)

    def _try(self, node: ast.Try | ast.TryStar, state: frozenset[str]) -> State:
        ends = [self.block(node.orelse, self.block(node.body, state))]
        for handler in node.handlers:
            # The body may have failed at its first statement.
            caught = self._use(handler.type, state) if handler.type else state
            end = self.block(handler.body, caught | ({handler.name} if handler.name else set()))
            ends.append(end - {handler.name} if end is not None and handler.name else end)
        after = _meet(*ends)
        last = self.block(node.finalbody, state)
        return None if after is None or last is None else after | (last - state)

    def _match(self, node: ast.Match, state: frozenset[str]) -> State:
        state = self._use(node.subject, state)
        ends: list[State] = []
        for case in node.cases:
            taken = state | bound_in(case.pattern)
            taken = self._use(case.guard, taken) if case.guard else taken
            ends.append(self.block(case.body, taken))
            if case.guard is None and isinstance(case.pattern, ast.MatchAs) and case.pattern.pattern is None:
                return _meet(*ends)
        return _meet(state, *ends)

    def _parts(self, node: ast.AST, state: frozenset[str]) -> frozenset[str]:
        return self._all((n for n in ast.iter_child_nodes(node) if isinstance(n, ast.expr)), state)

    def _all(self, nodes: Iterable[ast.expr], state: frozenset[str]) -> frozenset[str]:
        for node in nodes:
            state = self._use(node, state)
        return state

    def _use(self, node: ast.expr, state: frozenset[str]) -> frozenset[str]:
        """What is bound after an expression: ``:=`` binds, and not for certain behind *and*, *or* and *if*."""
        match node:
            case ast.Name():
                if isinstance(node.ctx, ast.Load | ast.Del):
                    self._seen(node, state)
                return state
            case ast.NamedExpr():
                return self._use(node.value, state) | bound_in(node.target)
            case ast.BoolOp():
                state = self._use(node.values[0], state)
                self._all(node.values[1:], state)
                return state
            case ast.IfExp():
                state = self._use(node.test, state)
                self._use(node.body, state)
                self._use(node.orelse, state)
                return state
            case ast.Lambda():
                return self._all([*node.args.defaults, *(d for d in node.args.kw_defaults if d)], state)
            case ast.ListComp() | ast.SetComp() | ast.GeneratorExp() | ast.DictComp():
                return self._comprehension(node, state)
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.expr):
                state = self._use(child, state)
            elif isinstance(child, ast.keyword):
                state = self._use(child.value, state)
        return state

    def _comprehension(
        self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp, state: frozenset[str]
    ) -> frozenset[str]:
        inside = state
        for part in node.generators:
            inside = self._use(part.iter, inside) | bound_in(part.target)
            inside = self._all(part.ifs, inside)
        self._all([node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt], inside)
        return state

    def _seen(self, node: ast.Name, state: frozenset[str]) -> None:
        if node.id in self.names and node.id not in state:
            self.found.setdefault(node.id, node.lineno)
