from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

from aisre_nb.sources.changes_file import read_changes
from aisre_nb.times import Window

W = Window(datetime(2026, 11, 23, 10, tzinfo=UTC), datetime(2026, 11, 23, 12, tzinfo=UTC))


def test_changes_of_the_window_newest_first_and_bad_lines_noted(tmp_path: Path) -> None:
    path = tmp_path / "changes.jsonl"
    rows = [
        {"time": "2026-11-23T09:59:59Z", "kind": "flag", "service": "shelf", "title": "too early"},
        {"time": "2026-11-23T10:00:00Z", "kind": "deployment", "service": "shelf", "title": "new",
         "from": "1", "to": "2", "attributes": {"commit": "abc", "author": "ann"}},
        {"time": "2026-11-23T11:00:00Z", "kind": "scale", "service": "lamp", "title": "more lamps"},
    ]  # fmt: skip
    path.write_text("\n".join([json.dumps(rows[0]), "{half", json.dumps(rows[1]), "", json.dumps(rows[2]), "[]"]))
    frame, notes = read_changes(path, W, None)
    assert frame["title"].tolist() == ["more lamps", "new"]
    assert frame.iloc[1][["from", "to", "commit", "author", "manifest"]].tolist() == ["1", "2", "abc", "ann", ""]
    assert notes == ("changes.jsonl: line 2, 6 cannot be read and is left out",)
    only, _ = read_changes(path, W, "shelf")
    assert only["title"].tolist() == ["new"]
