"""A look at a query that a model wrote, before it is sent: clauses that only select, and none that runs a script."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from aisre_nb.errors import ToolError

_LONGEST = 10_000
_DEEP = 12
_LEAVES = frozenset((
    "term", "terms", "range", "exists", "match", "match_phrase", "match_phrase_prefix", "match_bool_prefix",
    "multi_match", "prefix", "wildcard", "regexp", "fuzzy", "ids", "query_string", "simple_query_string", "match_all",
    "match_none",
))  # fmt: skip
_NEXT = 'write words (error AND "timed out"), or one clause as JSON: {"bool": {"filter": [{"term": {…}}]}}'


def clause(query: str) -> Mapping[str, Any]:
    """What is meant: JSON as a clause of the query language, else a query string. Raises `ToolError`."""
    text = query.strip()
    if not text or len(text) > _LONGEST:
        raise ToolError(f"the query is {'empty' if not text else f'longer than {_LONGEST:,} characters'}", _NEXT)
    if not text.startswith("{"):
        # Lenient: a word that is no number does not fail the fields that are numbers.
        return {"query_string": {"query": text, "lenient": True, "allow_leading_wildcard": False}}
    try:
        told = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ToolError(f"the query is no JSON: {str(error)[:120]}", _NEXT) from None
    if set(told) == {"query"}:
        told = told["query"]
    _look(told, 0)
    return dict(told)


def _look(told: object, depth: int) -> None:
    if not isinstance(told, dict) or len(told) != 1:
        raise ToolError('a clause is an object with one name, as {"term": {…}}', _NEXT)
    if depth > _DEEP:
        raise ToolError(f"the query is nested deeper than {_DEEP}", _NEXT)
    ((name, inner),) = told.items()
    if not isinstance(inner, dict):
        raise ToolError(f"{name} needs an object", _NEXT)
    if name == "bool":
        for part in ("must", "filter", "should", "must_not"):
            given = inner.get(part, [])
            for one in given if isinstance(given, list) else [given]:
                _look(one, depth + 1)
    elif name == "nested":
        _look(inner.get("query"), depth + 1)
    elif name == "constant_score":
        _look(inner.get("filter"), depth + 1)
    elif name == "dis_max":
        given = inner.get("queries")
        for one in given if isinstance(given, list) else [given]:
            _look(one, depth + 1)
    elif name == "terms":
        # An object here reads the values from a document of another index.
        if any(isinstance(value, dict) for value in inner.values()):
            raise ToolError("terms takes a list of values", _NEXT)
    elif name not in _LEAVES:
        raise ToolError(
            f"a clause {str(name)[:40]!r} is not sent", f"there are bool, nested, {', '.join(sorted(_LEAVES))}"
        )
