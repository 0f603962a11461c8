"""The database, and the connections to it."""

from collections.abc import Callable
from queue import Empty, Queue
from typing import Any, Protocol


class Database(Protocol):
    """Answers queries; ``?`` marks a value."""

    def rows(self, sql: str, *values: Any) -> list[tuple[Any, ...]]: ...


class PoolTimeout(Exception):
    """Every connection was in use for too long."""


class Pool:
    """So many connections, each used by one query at a time."""

    def __init__(self, connect: Callable[[], Database], size: int, seconds: float = 1.0) -> None:
        self._seconds = seconds
        self._free: Queue[Database] = Queue()
        for _ in range(size):
            self._free.put(connect())

    def rows(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        try:
            connection = self._free.get(timeout=self._seconds)
        except Empty:
            raise PoolTimeout(f"no connection was free within {self._seconds * 1000:.0f} ms") from None
        try:
            return connection.rows(sql, *values)
        finally:
            self._free.put(connection)
