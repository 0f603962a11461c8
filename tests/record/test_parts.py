"""A record cut into what a person did, one after the other."""

from __future__ import annotations

from aisre_nb.record.events import (
    Asked,
    Decided,
    Ended,
    Event,
    EvidenceKept,
    ModelTurn,
    Noted,
    ToolFinished,
    ToolStarted,
)
from aisre_nb.record.parts import parts


def _asked(question: str) -> Asked:
    return Asked(question=question, model="m", policy="p")


def _call(n: int, tool: str, call: str) -> list[Event]:
    return [
        ToolStarted(n=n, call_id=call, tool=tool, arguments={}, effect="read"),
        Decided(n=n, call_id=call, tool=tool, verdict="approve", channel="panel", who="ada"),
        EvidenceKept(id=f"E{n}", data={"tool": tool}),
        Noted(text=f"E{n} holds something that asks for something"),
        ToolFinished(n=n, call_id=call, tool=tool, arguments={}, evidence=f"E{n}"),
    ]


def _own(n: int, how: str) -> EvidenceKept:
    return EvidenceKept(id=f"E{n}", data={"tool": how, "title": "mine"})


def test_each_event_is_in_the_part_of_what_brought_it() -> None:
    events: list[Event] = [
        _asked("why?"), Noted(text="Model: m."), ModelTurn(n=1, text="", calls=[]), *_call(1, "look", "c1"),
        Ended(why="answered"),
        _own(2, "cite"), Noted(text="E2 holds something"),
        _own(3, "note"),
        Noted(text="ada asked: undo 1"), *_call(4, "undo_action", "person-2"),
        *_call(5, "restart", "person-3"),
        _asked("and now?"), ModelTurn(n=1, text="", calls=[]), Ended(why="stopped"),
    ]  # fmt: skip
    found = parts(events)
    assert [(part.kind, part.said, len(part.events)) for part in found] == [
        ("question", "why?", 9), ("cite", "mine", 2), ("note", "mine", 1), ("act", "undo_action", 6),
        ("act", "restart", 5), ("question", "and now?", 3),
    ]  # fmt: skip
    assert [event for part in found for event in part.events] == events


def test_what_a_person_did_before_any_question_is_no_question() -> None:
    found = parts([_asked("look"), Noted(text="Model: m."), *_call(1, "look", "person-1"), _asked("why?")])
    assert [(part.kind, part.said) for part in found] == [("act", "look"), ("question", "why?")]


def test_a_record_that_was_cut_off_has_its_beginning() -> None:
    assert [part.kind for part in parts([_asked("why?")])] == ["question"]
    assert [part.kind for part in parts([Noted(text="x")])] == ["rest"]
    assert parts([]) == []
