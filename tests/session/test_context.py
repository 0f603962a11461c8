"""What the model is told fits its window, and its beginning stays the same as long as it can."""

from __future__ import annotations

from datetime import UTC, datetime

from aisre_nb.models.base import CallResult, Message, ResultsMessage, UserMessage
from aisre_nb.session.context import Context


def _results(*texts: str) -> ResultsMessage:
    return ResultsMessage(tuple(CallResult(f"c{i}", text, evidence=f"E{i}") for i, text in enumerate(texts)))


def _texts(messages: list[Message]) -> list[str]:
    return [r.text for m in messages if isinstance(m, ResultsMessage) for r in m.results]


def _context(window: int) -> Context:
    return Context(datetime(2026, 1, 1, tzinfo=UTC), window)


def test_the_oldest_results_are_cut_and_say_how_to_read_them_again() -> None:
    messages = [UserMessage("q"), *(_results(letter * 1000) for letter in "abcd")]
    texts = _texts(_context(3500).fitted(messages))
    assert [len(t) for t in texts[-1:]] == [1000]
    assert all(len(t) < 300 and "read_evidence" in t for t in texts[:3])


def test_what_was_cut_stays_cut_and_the_rest_stays_whole_until_the_window_is_full_again() -> None:
    context = _context(3500)
    messages: list[Message] = [UserMessage("q"), *(_results(letter * 1000) for letter in "abcd")]
    before = context.fitted(messages)
    messages.append(_results("e" * 1000))
    assert context.fitted(messages)[: len(before)] == before


def test_the_newest_result_is_never_cut() -> None:
    assert _texts(_context(10).fitted([UserMessage("q"), _results("a" * 1000)])) == ["a" * 1000]


def test_what_fits_is_left_alone() -> None:
    messages = [UserMessage("q"), _results("a", "b")]
    assert _context(100).fitted(messages) == messages
