"""ClickHouse over HTTP: one statement, read-only, within limits; what comes back is Arrow."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from aisre_nb.errors import AisreError, SignalMissing, SourceUnreachable, ToolError
from aisre_nb.sources.http.access import Access
from aisre_nb.sources.http.client import HttpClient

if TYPE_CHECKING:
    import pyarrow as pa

_ROWS = 2_000_000
"""Rows that one answer may have: what comes back is aggregated, or a sample."""
_CODE = re.compile(r"Code: (\d+)")
_READONLY, _UNKNOWN_SETTING, _UNKNOWN_TABLE, _UNKNOWN_DATABASE = 164, 115, 60, 81
_TOO_MUCH = {159: "it took too long", 158: "too many rows", 307: "too many bytes", 241: "too much memory",
             396: "too many rows in the answer", 160: "it would take too long"}  # fmt: skip
"""Codes by which it says that a question is too large."""


class ClickHouseServer:
    """Sends statements to one database of a server or cluster."""

    def __init__(self, access: Access, database: str) -> None:
        self.access = access
        self.database = database
        self._client = HttpClient(access)
        self._bare = False
        """The user's own profile is read-only and lets no setting be sent: its limits are the server's."""

    async def arrow(self, sql: str) -> pa.Table:
        """The rows of a statement.

        Raises `SignalMissing` for a table that there is not, `ToolError` where the statement is wrong or asks for too
        much, `SourceUnreachable` for the rest.
        """
        import pyarrow as pa

        body = await self._sent(sql)
        if not body:
            return pa.table({})
        try:
            with pa.ipc.open_stream(body) as stream:
                return stream.read_all()
        except pa.ArrowException:
            name = f"{self.access.name} ({self.access.host})"
            raise SourceUnreachable(f"{name} sends what is no answer of ClickHouse", "is that its HTTP port?") from None

    async def rows(self, sql: str) -> list[dict[str, Any]]:
        """The same as dicts."""
        found: list[dict[str, Any]] = (await self.arrow(sql)).to_pylist()
        return found

    async def _sent(self, sql: str) -> bytes:
        try:
            return (await self._client.read("/", self._params(), body=sql.encode(), headers=_TEXT, asked=sql)).body
        except AisreError as error:
            code = int(found[1]) if (found := _CODE.search(str(error))) else 0
            if code in (_READONLY, _UNKNOWN_SETTING) and not self._bare and "setting" in str(error).lower():
                self._bare = True
                return await self._sent(sql)
            raise self._told(code, error) from None

    def _params(self) -> list[tuple[str, str]]:
        told = [("database", self.database), ("default_format", "ArrowStream")]
        if self._bare:
            return told
        settings = {
            # 2 and not 1: the limits below are settings, too. What it may read is up to its user's rights.
            "readonly": "2",
            "max_execution_time": f"{self.access.seconds:g}",
            "max_result_rows": str(_ROWS),
            "max_result_bytes": str(self.access.largest),
            "result_overflow_mode": "throw",
            # Else an error in the middle is a success that is cut.
            "wait_end_of_query": "1",
            # An interrupt in the notebook ends it there as well.
            "cancel_http_readonly_queries_on_client_close": "1",
            "output_format_arrow_string_as_string": "1",
            "output_format_arrow_low_cardinality_as_dictionary": "0",
            "log_comment": "aisre-nb",
        }
        return [*told, *settings.items()]

    def _told(self, code: int, error: AisreError) -> AisreError:
        name = f"{self.access.name} ({self.access.host})"
        if code == _UNKNOWN_TABLE:
            return SignalMissing(f"{name}: {error}")
        if code == _UNKNOWN_DATABASE:
            return SourceUnreachable(f"{name} has no database {self.database!r}", 'write database = "…"')
        if code in _TOO_MUCH:
            return SourceUnreachable(f"{name}: {_TOO_MUCH[code]}", "ask for less: a shorter window, fewer services")
        if code and code != 516:
            return ToolError(str(error), "correct it and ask again")
        return error

    async def close(self) -> None:
        """Let go of the connections."""
        await self._client.close()


_TEXT = {"Content-Type": "text/plain; charset=utf-8", "Accept": "*/*"}
