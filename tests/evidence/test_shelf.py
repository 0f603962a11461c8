"""The shelf: numbered as it came, redacted once, found again by the same call."""

from __future__ import annotations

from datetime import UTC, datetime

import pandas as pd

from aisre_nb.evidence.redaction import Redactor
from aisre_nb.evidence.result import ToolResult
from aisre_nb.evidence.shelf import Shelf

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)


def _result(title: str = "t", rows: int = 2) -> ToolResult:
    return ToolResult("table", title, "s", pd.DataFrame({"n": range(rows)}), {"rows": rows}, query="q")


def test_evidence_is_numbered_in_its_order_and_kept() -> None:
    shelf = Shelf()
    for title in ("a", "b"):
        shelf.add(_result(title), "look", {"what": title}, Redactor(), NOW)
    assert list(shelf) == ["E1", "E2"] and len(shelf) == 2
    assert [e.title for e in shelf.values()] == ["a", "b"] and shelf["E2"].fetched_at == NOW
    assert shelf["E1"].digest == shelf["E2"].digest != ""


def test_secrets_are_in_no_part_of_it() -> None:
    secret = "password=hunter2"
    result = ToolResult("table", secret, secret, pd.DataFrame({"a": [secret]}), {"a": secret}, query=secret, text=secret, link=f"http://h/?{secret}")  # fmt: skip # noqa: E501
    evidence = Shelf().add(result, "look", {"a": secret}, Redactor(), NOW)
    assert "hunter2" not in f"{evidence} {evidence.df.to_dict()}"


def test_the_frame_stays_whole_and_the_text_is_bounded() -> None:
    evidence = Shelf().add(_result(rows=200_000), "look", {}, Redactor(), NOW)
    assert len(evidence.df) == 200_000 and len(evidence.text) < 12_000


def test_a_change_to_a_copy_does_not_reach_it() -> None:
    evidence = Shelf().add(_result(), "look", {}, Redactor(), NOW)
    copy = evidence.df
    copy.loc[0, "n"] = 99
    assert list(evidence.df["n"]) == [0, 1]


def test_the_same_call_is_found_whatever_the_order_of_its_arguments() -> None:
    shelf = Shelf()
    kept = shelf.add(_result(), "look", {"a": 1, "b": [2]}, Redactor(), NOW)
    assert shelf.find("look", {"b": [2], "a": 1}) is kept
    assert shelf.find("look", {"a": 1}) is None and shelf.find("other", {"a": 1, "b": [2]}) is None


def test_evidence_of_a_record_takes_its_own_number() -> None:
    first, second = Shelf(), Shelf()
    kept = first.add(_result(), "look", {"a": 1}, Redactor(), NOW)
    second.put(kept)
    assert second["E1"] is kept and second.find("look", {"a": 1}) is kept
