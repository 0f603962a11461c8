"""A record's queries are asked again from the command line."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from aisre_nb.cli import main
from aisre_nb.sandbox import make


def test_what_it_prints_what_it_keeps_and_how_it_ends(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    make("cart-errors", 1, tmp_path / "world", hours=1, per_second=4)
    before = Path.cwd()
    os.chdir(tmp_path)
    try:
        main(["ask", "There is an issue with the cart service, why?", "--case", "world", "--model", "builtin"])
        (record,) = (tmp_path / ".aisre" / "records").iterdir()
        capsys.readouterr()
        assert main(["verify", record.name, "--all"]) == 0
        assert capsys.readouterr().out.startswith("Then and now: 1")
        (tmp_path / "world" / "otel_logs.parquet").unlink()
        (tmp_path / "world" / "alerts.json").write_text("{")
        assert main(["verify", str(record), "--all", "--json"]) == 4
        told = json.loads(capsys.readouterr().out)
        statuses = {row["evidence"]: row["status"] for row in told["rows"]}
        assert statuses["E1"] == "failed" and "expired" in statuses.values() and "same" in statuses.values()
        kept = json.loads((record / "events.jsonl").read_text().splitlines()[-1])
        assert kept["type"] == "verified" and kept["rows"] == told["rows"]
        assert main(["verify", str(record), "E77"]) == 2
        assert main(["verify", str(record), "E1", "--all"]) == 2
    finally:
        os.chdir(before)
