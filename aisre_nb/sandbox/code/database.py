"""A database in memory, for probes of services that ask one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import sqlite3

_TABLES = """
CREATE TABLE products (sku TEXT PRIMARY KEY, name TEXT, description TEXT);
CREATE TABLE prices (sku TEXT PRIMARY KEY, cents INTEGER);
CREATE TABLE ratings (sku TEXT, stars INTEGER);
CREATE TABLE product_words (sku TEXT, word TEXT, position INTEGER);
"""


class Database:
    """Answers queries, and counts them."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self.asked = 0
        connection.executescript(_TABLES)

    def add(self, sku: str, *stars: int) -> None:
        """A product that was rated so."""
        self._connection.execute("INSERT INTO products VALUES (?, ?, '')", (sku, f"Product {sku}"))
        self._connection.execute("INSERT INTO prices VALUES (?, 1250)", (sku,))
        self._connection.executemany("INSERT INTO ratings VALUES (?, ?)", [(sku, n) for n in stars])

    def rows(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        """As the services' own connections answer."""
        self.asked += 1
        return self._connection.execute(sql, values).fetchall()


@contextmanager
def database() -> Iterator[Database]:
    """With the tables of the shop's products, and nothing in them."""
    import sqlite3

    with closing(sqlite3.connect(":memory:")) as connection:
        yield Database(connection)
