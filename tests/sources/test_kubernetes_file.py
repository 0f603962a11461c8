"""``kubernetes.json`` of a telemetry folder."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from aisre_nb.errors import SignalMissing, SourceUnreachable
from aisre_nb.evidence.redaction import Redactor
from aisre_nb.sources.case.cut import cut_objects
from aisre_nb.sources.kubernetes_file import COLUMNS, object_frame, read_objects
from aisre_nb.sources.open import open_case


def _pod(**metadata: Any) -> dict[str, Any]:
    return {"kind": "Pod", "metadata": {"name": "web-1", "namespace": "shop", **metadata}}


def test_objects_are_listed_by_kind_and_name_and_what_is_none_is_counted() -> None:
    data = [
        {"kind": "List", "items": [_pod(), {"kind": "Pod"}, 3]},
        {"kind": "NodeList", "items": [{"metadata": {"name": "n"}}]},
    ]
    frame, notes = object_frame(data)
    assert list(frame.columns) == COLUMNS
    assert list(zip(frame["kind"], frame["namespace"], frame["name"], strict=True)) == [
        ("Pod", "shop", "web-1"),
        ("Node", "", "n"),
    ]
    assert notes == ("kubernetes.json: 2 of 4 objects have no kind or no name, and are left out",)


def test_what_a_secret_keeps_is_never_read() -> None:
    applied = {"kubectl.kubernetes.io/last-applied-configuration": '{"data":{"key":"c2VjcmV0"}}', "team": "x"}
    secret = {"kind": "Secret", "metadata": {"name": "s", "annotations": applied}, "data": {"key": "c2VjcmV0"}}
    frame, _ = object_frame([{**secret, "stringData": {"key": "secret"}}])
    assert frame["object"][0] == {"kind": "Secret", "metadata": {"name": "s", "annotations": {"team": "x"}}}


def test_a_file_that_is_not_there_is_a_gap_and_one_that_is_broken_a_failure(tmp_path: Path) -> None:
    with pytest.raises(SignalMissing, match=r"kubernetes\.json is not in the telemetry folder"):
        read_objects(tmp_path / "kubernetes.json")
    for text in ("{", "[" * 200_000):
        (tmp_path / "kubernetes.json").write_text(text)
        with pytest.raises(SourceUnreachable, match="cannot be read"):
            read_objects(tmp_path / "kubernetes.json")


async def test_a_folder_that_holds_nothing_else_opens(tmp_path: Path) -> None:
    (tmp_path / "kubernetes.json").write_text(json.dumps([_pod()]))
    sources = open_case(tmp_path)
    assert sources.kubernetes is not None
    assert (await sources.kubernetes.objects()).total == 1
    await sources.all[0].close()


def test_a_case_that_is_made_of_it_carries_neither_secrets_nor_what_was_masked(tmp_path: Path) -> None:
    secret = {"kind": "Secret", "metadata": {"name": "s"}, "data": {"key": "c2VjcmV0"}}
    leaks = _pod(annotations={"note": "password=tiger-lily-99-x7"})
    (tmp_path / "kubernetes.json").write_text(json.dumps({"kind": "List", "items": [secret, leaks]}))
    kept = cut_objects(tmp_path / "kubernetes.json", Redactor())
    assert [item["kind"] for item in kept] == ["Secret", "Pod"]
    assert "c2VjcmV0" not in str(kept) and "tiger-lily" not in str(kept)
    assert cut_objects(tmp_path / "nothing.json", Redactor()) == []
