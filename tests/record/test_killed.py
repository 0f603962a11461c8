"""A record survives whatever ends its writer, at any moment."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from aisre_nb.record.audit import Audit
from aisre_nb.record.events import EvidenceKept, Noted, ToolStarted
from aisre_nb.record.record import Record

_WRITER = """
import os, random, signal, sys, time
from datetime import UTC, datetime
from pathlib import Path
import pandas as pd
from aisre_nb.evidence.evidence import Evidence
from aisre_nb.record.audit import Audit
from aisre_nb.record.events import Noted, ToolStarted
from aisre_nb.record.record import Record

folder, rounds = Path(sys.argv[1]), int(sys.argv[2])
chance = random.Random(1)


def write(n):
    record = Record.create(folder, f"round {n}")
    audit = Audit(folder / "audit.jsonl")
    for i in range(1, 10_000):
        record.append(ToolStarted(n=i, call_id=f"c{i}", tool="look", arguments={"x": "y" * 5000}, effect="read"))
        frame = pd.DataFrame({"n": range(300), "text": ["z" * 50] * 300})
        record.keep(Evidence(f"E{i}", "table", "t", "s", "look", {}, frame=frame, fetched_at=datetime.now(UTC)))
        audit.append({"event": "decided", "record": record.folder.name, "step": i})
        record.append(Noted(text=f"after E{i}"))


for n in range(rounds):
    child = os.fork()
    if child == 0:
        write(n)
        os._exit(0)
    time.sleep(chance.uniform(0.01, 0.25))
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
"""


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folders of 50 writers that were killed at random moments."""
    folder = tmp_path_factory.mktemp("killed")
    command = [sys.executable, "-W", "ignore", "-c", _WRITER, str(folder), "50"]
    subprocess.run(command, check=True, timeout=300)
    return folder


def test_every_record_loads_and_says_what_it_had_come_to(killed: Path) -> None:
    records = [Record.load(f) for f in sorted(killed.iterdir()) if f.is_dir() and (f / "events.jsonl").exists()]
    assert len(records) > 30 and sum(len(r.events) > 3 for r in records) > 20, "they were killed while they wrote"
    for record in records:
        assert all("was cut off" in note for note in record.notes) and len(record.notes) <= 1
        started = [e.n for e in record.events if isinstance(e, ToolStarted)]
        kept = [e for e in record.events if isinstance(e, EvidenceKept)]
        assert started == list(range(1, len(started) + 1)) and len(started) - len(kept) in (0, 1)
        for event in kept:
            evidence = record.evidence(event.id)
            assert evidence.summary == "s" and len(evidence.df) == 300, "what is spoken of is there"


def test_every_record_can_be_gone_on_with(killed: Path) -> None:
    for folder in sorted(killed.iterdir()):
        if not (folder / "events.jsonl").exists():
            continue
        before = len(Record.load(folder).events)
        record = Record.resume(folder)
        record.append(Noted(text="and on"))
        record.close()
        again = Record.load(folder)
        assert len(again.events) == before + 1 and again.notes == ()
        assert isinstance(again.events[-1], Noted) and again.events[-1].text == "and on"


def test_the_audit_s_chain_goes_on_over_all_of_them(killed: Path) -> None:
    audit = Audit(killed / "audit.jsonl")
    audit.append({"event": "after"})
    assert len(audit.entries()) > 30
    assert [p for p in audit.problems() if "is no entry" not in p] == []
