"""SQL that somebody wrote, a person or a model: read before it is sent, and sent as it was understood."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import TYPE_CHECKING, Protocol

from aisre_nb.errors import ToolError

if TYPE_CHECKING:
    from aisre_nb.sources.base import Answer

_OUTSIDE = re.compile(
    r"^(?:read_\w+|\w*_scan|glob|getenv|which_secret|file|url\w*|remote\w*|s3\w*|gcs|hdfs\w*|azure\w*|iceberg\w*|delta\w*|"
    r"hudi\w*|mysql|postgresql|mongodb|redis|sqlite|odbc|jdbc|executable|input|cluster\w*|dictionary|dict[gh]\w+|"
    r"joinget\w*|merge\w*tree\w*|sleep\w*|getsetting|query|query_table|system\w*|addressto\w+|catboost\w*|"
    r"current_setting|pg_\w+|duckdb_\w+|pragma_\w+|sql_auto_complete|json_execute\w*|nextval|currval)$",
    re.IGNORECASE,
)
"""Functions that look beyond the tables, or keep the engine busy; the engines refuse them as well."""
_MARKS = re.compile(r"\x1b\[\d+m")
"""The parser underlines for terminals."""
_CLAUSES = ("settings", "format", "into", "locks", "pragma")


class SqlSource(Protocol):
    """Tables that can be asked in SQL."""

    dialect: str
    """``"duckdb"`` or ``"clickhouse"``."""

    async def sql(self, statement: str, limit: int) -> Answer:
        """The rows of one SELECT over the exporter's tables, ``limit`` of them at most; the total is then not known.

        Raises `ToolError` where it is no such statement.
        """
        ...


def checked(statement: str, dialect: str, tables: Collection[str], limit: int) -> str:
    """One SELECT over these tables and nothing else, rendered anew from what was parsed, with one row more than asked.

    What was not understood is not sent: there is no second reading of the text. Raises `ToolError`.
    """
    import sqlglot
    from sqlglot import exp

    try:
        trees = [tree for tree in sqlglot.parse(statement, dialect=dialect) if tree is not None]
    except (sqlglot.errors.SqlglotError, RecursionError) as error:
        first = str(error).splitlines()[0] if str(error) else "it is nested too deeply"
        raise ToolError(f"the SQL cannot be read: {_MARKS.sub('', first)[:200]}", "correct it") from None
    if len(trees) != 1 or not isinstance(trees[0], exp.Query):
        raise ToolError("only one SELECT can be asked", "nothing else is sent: no changes, no second statement")
    tree = trees[0]
    named = {cte.alias_or_name for cte in tree.find_all(exp.CTE)}
    for node in tree.walk():
        if any(node.args.get(clause) for clause in _CLAUSES):
            raise ToolError("SETTINGS, FORMAT, INTO and locks are not sent", "leave them out")
        if isinstance(node, exp.Table):
            _known(node, {*tables, *named}, tables)
        if isinstance(node, exp.Func) and _OUTSIDE.match(node.name or node.sql_name()):
            raise ToolError(f"{(node.name or node.sql_name())[:40]}() looks beyond the tables", "ask the tables alone")
        if isinstance(node, exp.Command | exp.Placeholder | exp.Parameter):
            raise ToolError("only a plain SELECT can be asked", "write its values out")
    if tree.args.get("limit") is None:
        tree = tree.limit(limit + 1)
    return tree.sql(dialect=dialect, comments=False)


def _known(node: object, allowed: Collection[str], tables: Collection[str]) -> None:
    from sqlglot import exp

    assert isinstance(node, exp.Table)
    plain = isinstance(node.this, exp.Identifier) and not node.args.get("db") and not node.args.get("catalog")
    if not plain or node.name not in allowed:
        raise ToolError(
            f"there is no table {node.sql()[:60]} to ask", f"there are {', '.join(sorted(tables)) or 'none'}"
        )
