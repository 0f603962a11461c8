"""What the questions to stored telemetry need of an engine: DuckDB over a folder, or ClickHouse."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from aisre_nb.sources.queries.tables import TableName

if TYPE_CHECKING:
    import pandas as pd

    from aisre_nb.times import Window


class Reader(Protocol):
    """One call's way to the tables, used in a thread of its own."""

    queries: list[str]
    """What was sent, in order."""
    notes: list[str]
    """What whoever reads the answer must know."""

    def has(self, *names: TableName) -> bool:
        """Whether all of these tables are there and readable."""
        ...

    def need(self, name: TableName) -> None:
        """Raise `SignalMissing` where the table is not there, `SourceUnreachable` where it cannot be read."""
        ...

    def frame(self, expression: Any) -> pd.DataFrame:
        """Run an Ibis expression. Times come back aware, in UTC; maps as dicts."""
        ...

    def select(self, statement: str, limit: int) -> pd.DataFrame:
        """Run one SELECT that somebody wrote, after `sql.checked`; one row more than ``limit`` where there are more."""
        ...

    def extent(self, name: TableName) -> Window | None:
        """From the table's first row to just after its last; None where it holds nothing."""
        ...
