"""What is wrong where errors and latency are well."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from aisre_nb.analysis.change_ranking import Trouble
from aisre_nb.evidence.evidence import Evidence
from aisre_nb.models.builtin import moved, words
from aisre_nb.models.builtin.changes import Change, outstanding, ranked

CALLS = [("web", "users"), ("users", "store")]


def row(service: str, metric: str, minute: int = 30, hurts: str = "work waits", **more: Any) -> dict[str, Any]:
    onset = f"2026-03-01T11:{minute:02}:00Z"
    given = {"service": service, "metric": metric, "labels": "", "before": 0.0, "after": 9.0, "onset": onset}
    return {**given, "confidence": 0.9, "hurts": hurts, **more}


def movers(*rows: dict[str, Any]) -> list[moved.Mover]:
    facts = {"movers": list(rows), "step_seconds": 60}
    return moved.read(Evidence("E9", "table", "title", "summary", "find_movers", {}, facts=facts))


def test_the_service_asked_about_comes_before_one_that_alerts_and_that_before_any() -> None:
    found = movers(row("a", "queue.depth"), row("b", "queue.depth"), row("c", "queue.depth"))
    assert moved.telling(found, ["c"], ["b"]).service == "c"  # type: ignore[union-attr]
    assert moved.telling(found, ["z"], ["b"]).service == "b"  # type: ignore[union-attr]
    assert moved.telling(found, [], []).service == "a"  # type: ignore[union-attr]


def test_of_those_that_moved_together_the_one_that_calls_none_of_the_others() -> None:
    found = movers(*(row(name, "x.count", hurts="refused requests") for name in ("web", "users")))
    assert moved.telling(found, ["web", "users"], [], CALLS).service == "users"  # type: ignore[union-attr]
    assert moved.first(found, CALLS).symptom.service == "users"  # type: ignore[union-attr]


def test_what_is_not_sure_does_not_count_and_what_traffic_moves_is_no_symptom_of_an_alert() -> None:
    assert moved.telling(movers(row("a", "queue.depth", confidence=0.5)), ["a"], ["a"]) is not None
    assert moved.telling(movers(row("a", "queue.depth", confidence=0.4)), ["a"], ["a"]) is None
    assert moved.telling(movers(row("a", "process.cpu.utilization", hurts="")), ["a"], ["a"]) is None
    assert moved.telling(movers(row("a", "mails.sent", hurts="")), [], ["a"]) is not None


def test_what_falls_is_said_to_fall() -> None:
    found = movers(row("a", "hit_ratio", before=0.9, after=0.2))[0].symptom
    assert words.rose(found).startswith("its hit ratio fell from 0.9 to 0.2")


def test_what_a_stranger_wrote_in_the_facts_breaks_nothing() -> None:
    assert movers({"service": 5}, row("a", "m", before="x"), row("a", "m", onset="never")) == []


def change(minute: int, service: str, old: str = "", new: str = "", kind: str = "config") -> Change:
    return Change("E3", f"2026-03-01T11:{minute:02}:00Z", kind, service, "Set X", old, new, "")


def test_a_change_and_its_commit_are_one_story_and_two_services_are_two() -> None:
    trouble = Trouble("users", datetime(2026, 3, 1, 11, 30, tzinfo=UTC), {}, {})
    both = [change(29, "job"), change(28, "job", "1", "2")]
    assert outstanding(both, ranked(both, trouble, CALLS)) == both[1]
    rivals = [change(29, "job"), change(29, "other-job")]
    assert outstanding(rivals, ranked(rivals, trouble, CALLS)) is None
    assert outstanding([], []) is None
