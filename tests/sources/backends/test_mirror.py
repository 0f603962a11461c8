"""What is kept for a while, what is read piece by piece, and rows that are mended on the way."""

from __future__ import annotations

import asyncio
import itertools
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aisre_nb.sources.mirror import bodies, kept, severity
from aisre_nb.sources.mirror.asked import Asked, sent
from aisre_nb.sources.mirror.kept import Kept, Scope
from aisre_nb.sources.mirror.mirror import Mirror, Origin
from aisre_nb.sources.mirror.names import dotted, of_resource
from aisre_nb.sources.mirror.nanos import nanos, parsed
from aisre_nb.sources.mirror.rows import Record, kind, record_table, span_id, trace_id
from aisre_nb.sources.mirror.sample import dealt, share
from aisre_nb.sources.mirror.sliced import Clock, halved, paged, pieces
from aisre_nb.sources.sources import Sources
from aisre_nb.times import Window
from aisre_nb.tools.registry import tools_for

from .rows import START, window


def _mirror(of: Window, whole: bool = True, rows: int = 1) -> Mirror:
    records = [Record(1, "", "", "", 0, "shelf", "x", {}, {})] * rows
    return Mirror("otel_logs", record_table(records), of, Origin("q", whole=whole))


async def test_what_is_within_a_whole_one_is_not_read_again() -> None:
    kept_ = Kept()
    read: list[str] = []

    async def get(scope: Scope, of: Window, whole: bool = True) -> Mirror:
        async def reading() -> Mirror:
            read.append(scope.service or "all")
            return _mirror(of, whole)

        return await kept_.get(scope, of, reading)

    one = await get(Scope("shelf"), window(0, 100))
    assert await get(Scope("shelf"), window(10, 90)) is one
    assert await get(Scope("shelf", "severity error"), window(10, 90)) is one
    await get(Scope("shelf"), window(10, 110))
    await get(Scope("lamp"), window(0, 100), whole=False)
    # A part of a sample is a coarser sample: it is read anew.
    await get(Scope("lamp"), window(0, 50))
    await get(Scope(), window(0, 100))
    await get(Scope("door"), window(0, 100))
    assert read == ["shelf", "shelf", "lamp", "lamp", "all"]
    two = await asyncio.gather(get(Scope("x"), window(200, 300)), get(Scope("x"), window(200, 300)))
    assert two[0] is two[1] and read[-1] == "x" and len(read) == 6


async def test_it_is_read_again_when_it_is_old_and_the_oldest_go_when_there_are_too_many(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    kept_ = Kept()

    async def read(of: Window, rows: int) -> Mirror:
        return _mirror(of, rows=rows)

    monkeypatch.setattr(kept, "_ROWS", 10)
    for n in range(4):
        await kept_.get(Scope(str(n)), window(0, 10), lambda: read(window(0, 10), 4))
    assert [kept_.find(Scope(str(n)), window(0, 10)) is None for n in range(4)] == [True, True, False, False]
    monkeypatch.setattr(kept, "_SECONDS", -1.0)
    assert kept_.find(Scope("3"), window(0, 10)) is None


@given(st.integers(1, 20), st.floats(1, 10_000))
def test_pieces_are_all_of_the_window(count: int, seconds: float) -> None:
    whole = Window(START, START + timedelta(seconds=seconds))
    parts = pieces(whole, count)[::-1]
    assert parts[0].start == whole.start and parts[-1].end == whole.end
    assert all(a.end == b.start for a, b in itertools.pairwise(parts)) and len(parts) <= count


async def test_halves_end_with_what_cannot_be_cut_and_with_enough() -> None:
    async def full(part: Window) -> tuple[dict[str, Window], bool]:
        return {str(part): part}, True

    found, cut = await halved([window(0, 8)], full, 10_000, Clock(60))
    assert cut == 4 and len(found) == 7
    found, cut = await halved([window(0, 64)], full, 5, Clock(60))
    assert (len(found), cut) == (7, 4)


async def test_pages_of_all_pieces_come_in_turn() -> None:
    order: list[str] = []

    async def page(place: tuple[str, int]) -> tuple[list[str], tuple[str, int] | None]:
        name, n = place
        order.append(f"{name}{n}")
        return [name] * 10, (name, n + 1) if n < 3 else None

    found, left = await paged([("a", 1), ("b", 1), ("c", 1)], page, 50, 10, Clock(60))
    assert order == ["a1", "b1", "c1", "a2", "b2"] and len(found) == 50 and left
    order.clear()
    assert await paged([("a", 1)], page, 50, 10, Clock(0)) == ([], True) and order == []
    assert await paged([("a", 3)], page, 50, 10, Clock(60)) == (["a"] * 10, False)


def test_a_part_of_all_traces_is_whole_parts() -> None:
    ids = [f"{n:032x}" for n in range(5000)]
    order = dealt(ids)
    assert sorted(one for one, _ in order) == ids and [part for _, part in order] == sorted(part for _, part in order)
    count, part = share(order, 1000)
    assert 990 < count <= 1000 and 0.17 < part < 0.23 and order[count - 1][1] < part * 10_000 <= order[count][1]
    assert share(order, 5000) == (5000, 1.0) and share([("a", 3), ("b", 3), ("c", 9)], 1) == (1, 0.0001)


def test_requests_are_told_up_to_a_bound() -> None:
    assert sent("/x", [("q", '{a="b c"}')]) == 'GET /x?q={a="b c"}'
    assert sent("/x", body={"a": "ü"}) == 'POST /x\n{"a": "ü"}'
    assert len(sent("/x", [("q", "y" * 9000)])) == 4001
    assert Asked.__doc__


def test_halves_of_pairs_in_json_do_not_stop_the_rest() -> None:
    records = [Record(1, "", "", "", 0, "shelf", "bad \ud800 sign", {"k\udfff": "v\ud800"}, {})]
    table = record_table(records)
    assert table["Body"][0].as_py() == "bad ? sign" and table["LogAttributes"][0].as_py() == [("k?", "v?")]


@given(st.datetimes(START.replace(tzinfo=None), START.replace(tzinfo=None, year=2100)), st.integers(0, 999))
def test_instants_keep_their_nanoseconds(at: object, nanoseconds: int) -> None:
    text = f"{at.isoformat(timespec='microseconds')}{nanoseconds:03d}"  # type: ignore[attr-defined]
    at = at.replace(tzinfo=START.tzinfo)  # type: ignore[attr-defined]
    exact = nanos(at) + nanoseconds
    assert parsed(f"{text}Z") == parsed(f"{text}+00:00") == parsed(text.replace("T", " ")) == exact
    assert parsed(str(exact)) == parsed(exact) == exact
    assert parsed(exact // 1_000_000) == exact // 1_000_000 * 1_000_000


@pytest.mark.parametrize("told", [None, True, "", "yesterday", "2026-13-40T00:00:00Z", [], {}])
def test_what_is_no_instant_is_none(told: object) -> None:
    assert parsed(told) is None


@given(st.text())
def test_no_line_of_log_is_too_odd_to_read(text: str) -> None:
    for body in (text, "{" + text, f"level={text}"):
        assert set(bodies.said(body)) <= {*bodies.SEVERITIES, *bodies.TRACES, *bodies.SPANS}
    severity.text(text), severity.number(text), trace_id(text), span_id(text), kind(text)


def test_names_and_kinds() -> None:
    assert [severity.text(one) for one in ("warning", "50", "unknown", "17x")] == ["WARNING", "ERROR", "", "17X"]
    assert [kind(one) for one in ("SPAN_KIND_SERVER", "client", 5, 9, None)] == ["Server", "Client", "Consumer", "", ""]
    assert (dotted("http_route"), dotted("my_label"), of_resource("k8s.pod.name"), of_resource("http.route")) == (
        "http.route", "my_label", True, False,
    )  # fmt: skip
    assert trace_id("0abc") == f"{0xABC:032x}" and trace_id("0000") == "" and span_id("no hex") == "no hex"


def test_their_languages_are_offered_where_they_are_configured() -> None:
    class Speaks:
        name = "x"

        def __init__(self, language: str) -> None:
            self.language = language

    def names(*languages: str) -> list[str]:
        sources: object = tuple(Speaks(one) for one in languages)
        return [tool.name for tool in tools_for(Sources(all=sources))]  # type: ignore[arg-type]

    assert names() == [] and names("traceql") == ["query_traceql"]
    assert names("opensearch", "logql") == ["query_logql", "search_logs"]
