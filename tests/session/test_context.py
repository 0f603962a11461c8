"""What the model is told fits its window."""

from __future__ import annotations

from aisre_nb.models.base import CallResult, ResultsMessage, UserMessage
from aisre_nb.session.context import fitted


def _results(*texts: str) -> ResultsMessage:
    return ResultsMessage(tuple(CallResult(f"c{i}", text, evidence=f"E{i}") for i, text in enumerate(texts)))


def test_the_oldest_results_are_cut_and_say_how_to_read_them_again() -> None:
    messages = [UserMessage("q"), _results("a" * 1000), _results("b" * 1000), _results("c" * 1000)]
    kept = fitted(messages, limit=2100)
    texts = [m.results[0].text for m in kept if isinstance(m, ResultsMessage)]
    assert [len(t) for t in texts[1:]] == [1000, 1000]
    assert len(texts[0]) < 300 and "read_evidence" in texts[0]


def test_what_fits_is_left_alone() -> None:
    messages = [UserMessage("q"), _results("a", "b")]
    assert fitted(messages) == messages
