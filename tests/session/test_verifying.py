"""The cited queries of an investigation, asked again of a world that stayed, drifted, was deleted, or went on."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from aisre_nb.approval.automatic import AutomaticApprover
from aisre_nb.approval.policy import Policy
from aisre_nb.errors import UsageError
from aisre_nb.models.builtin.model import BuiltinModel
from aisre_nb.record.events import EvidenceKept, ToolFinished, Verified
from aisre_nb.record.record import Record
from aisre_nb.record.then_and_now import Compared, rows_of
from aisre_nb.sandbox import make
from aisre_nb.session.investigation import Investigation
from aisre_nb.session.resumed import resumed, sources_of
from aisre_nb.session.start import start
from aisre_nb.session.verifying import cited, verify
from aisre_nb.session.worlds import advance, open_folder
from aisre_nb.settings import Settings
from aisre_nb.tools.registry import Registry

QUESTION = "There is an issue with the cart service, can you find the root cause?"


@pytest.fixture(scope="module")
def ended(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a world and the record of a question that was asked of it."""
    here = tmp_path_factory.mktemp("ended")
    world = make("cart-errors", 1, here / "world", hours=1, per_second=4)
    inv = start(Settings(model="builtin", record_dir=here / "records"), sources=open_folder(world), question=QUESTION)

    async def run() -> None:
        await inv.ask(QUESTION, approver=AutomaticApprover(inv.policy, "nobody"))
        await inv.close()

    asyncio.run(run())
    return here


@pytest.fixture
def here(ended: Path, tmp_path: Path) -> Path:
    shutil.copytree(ended, tmp_path / "here")
    for events in tmp_path.glob("here/records/*/events.jsonl"):
        events.write_text(events.read_text().replace(str(ended), str(tmp_path / "here")))
    return tmp_path / "here"


Ask = Callable[..., dict[str, Compared]]


@pytest.fixture
def again(here: Path) -> Ask:
    def ask(*numbers: str, policy: str = "read", registry: Registry | None = None, wait: float = 0) -> Any:
        record = Record.resume(next((here / "records").iterdir()))
        settings = Settings(model="builtin", approve=policy, record_dir=here / "records")
        inv = resumed(settings, record, sources_of(record), BuiltinModel(), registry)

        async def run() -> list[Compared]:
            try:
                wanted = list(numbers) or list(inv.evidence)
                return await verify(inv, wanted, approver=AutomaticApprover(Policy.parse(policy), "nobody"))
            finally:
                await inv.close()

        if wait:
            advance(inv.sources, wait)
        return {one.then.tool: one for one in asyncio.run(run())}

    return ask


def _statuses(found: dict[str, Compared]) -> dict[str, str]:
    return {tool: one.status for tool, one in found.items()}


def _events(here: Path) -> list[Any]:
    return Record.load(next((here / "records").iterdir())).events


def test_a_world_that_stayed_says_the_same_and_the_record_says_so(here: Path, again: Ask) -> None:
    before = _events(here)
    found = again()
    assert set(_statuses(found).values()) == {"same"} and len(found) >= 9
    after = _events(here)
    assert [type(event) for event in after[len(before) :]] == [Verified]
    rows = rows_of(after)
    kept = [event.id for event in after if isinstance(event, EvidenceKept)]
    assert [row["evidence"] for row in rows] == kept
    assert all(set(row) == {"evidence", "status", "detail", "seconds"} for row in rows)
    assert sum(isinstance(event, ToolFinished) for event in after) == sum(
        isinstance(event, ToolFinished) for event in before
    )


def test_the_window_is_the_one_of_then_when_time_went_on(again: Ask) -> None:
    found = again(wait=10)
    # An alert that still fires says by how much now; what has a window is asked for that window.
    alerts = found.pop("get_alerts")
    assert alerts.status == "drifted" and "values differ, such as summary of HighErrorRate" in alerts.detail
    assert set(_statuses(found).values()) == {"same"}, {t: (o.status, o.detail) for t, o in found.items()}


def test_other_values_have_drifted(here: Path, again: Ask) -> None:
    path = here / "world" / "otel_metrics_histogram.parquet"
    table = pq.read_table(path)
    place, tripled = table.schema.get_field_index("Count"), pc.multiply(table["Count"], 3)
    field = table.schema.field("Count")
    pq.write_table(table.set_column(place, field, tripled.cast(field.type)), path)
    found = again()["get_metrics"]
    assert found.status == "drifted" and "request_rate" in found.detail
    assert found.moved is not None and set(found.moved["signal"].dropna()) == {"request_rate"}


def test_a_table_that_was_deleted_has_expired(here: Path, again: Ask) -> None:
    (here / "world" / "otel_traces.parquet").unlink()
    (here / "world" / "otel_logs.parquet").unlink()
    statuses = _statuses(again())
    assert {statuses[tool] for tool in ("get_traces", "get_trace", "get_logs")} == {"expired"}
    assert statuses["get_alerts"] == statuses["get_deployments"] == "same"


def test_rows_past_their_retention_are_gone(here: Path, again: Ask) -> None:
    path = here / "world" / "otel_logs.parquet"
    table = pq.read_table(path)
    middle = pa.scalar(table["Timestamp"][len(table) * 9 // 10].as_py(), table["Timestamp"].type)
    pq.write_table(table.filter(pc.greater(table["Timestamp"], middle)), path)
    found = again()["get_logs"]
    assert (found.status == "drifted" and "records: " in found.detail) or "count" in found.detail


def test_a_table_that_cannot_be_read_has_failed(here: Path, again: Ask) -> None:
    (here / "world" / "otel_logs.parquet").write_bytes(b"no parquet")
    found = again()
    assert found["get_logs"].status == "failed" and "cannot be read" in found["get_logs"].detail
    assert found["get_metrics"].status == "same"


def test_only_what_is_named_is_asked(again: Ask) -> None:
    assert [one.then.id for one in again("E3").values()] == ["E3"]
    with pytest.raises(UsageError, match="there is no E99"):
        again("E99")


def test_what_the_policy_denies_is_not_asked(again: Ask) -> None:
    found = again(policy="read; deny get_logs")
    assert found["get_logs"].status == "not asked again" and "Not run" in found["get_logs"].detail
    assert found["get_metrics"].status == "same"


def test_a_tool_that_is_not_there_any_more_is_not_asked(again: Ask) -> None:
    found = again(registry=Registry())
    assert set(_statuses(found).values()) == {"not asked again"}


def test_what_the_report_cites(ended: Path) -> None:
    record = Record.load(next((ended / "records").iterdir()))
    settings = Settings(model="builtin", record_dir=ended / "records")
    inv: Investigation = resumed(settings, record, sources_of(record), BuiltinModel())
    numbers = cited(inv)
    assert inv.report is not None and inv.report.root_cause is not None
    assert set(inv.report.root_cause.evidence) <= set(numbers) <= set(inv.evidence)
    inv.report = None
    assert cited(inv) == list(inv.evidence)
    asyncio.run(inv.close())
