"""An API server that answers anything at all, and a cluster that the sandbox made."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any

import pytest

from aisre_nb.analysis.kubernetes.cluster import cluster
from aisre_nb.analysis.kubernetes.find import find
from aisre_nb.errors import AisreError
from aisre_nb.sources.kubernetes_file import read_objects
from aisre_nb.sources.offer import Offer
from aisre_nb.times import Window, instant

from .conftest import items, made
from .server import TOKEN, KubernetesServer

pytest.importorskip("lightkube", reason="needs lightkube: pip install 'aisre-nb[kubernetes]'")

JUNK: list[Any] = [
    {}, [], None, "text", 7, {"items": {}}, {"items": [None, 3, {"metadata": 4}]},
    {"items": [{"metadata": {"name": "a"}}]},
    {"items": [{"metadata": {"name": "x", "annotations": 1, "ownerReferences": "y"}, "spec": [], "status": "z"}]},
    {"metadata": {"continue": 7}, "items": []}, {"status": {"resourceRules": [{"verbs": "*", "apiGroups": None}]}},
]  # fmt: skip
WINDOW = Window(instant("2026-11-23T00:00:00Z"), instant("2026-11-24T00:00:00Z"))


@pytest.mark.parametrize("nth", [0, 5])
async def test_any_answer_is_an_answer_or_one_line(
    offer: Offer, server: KubernetesServer, monkeypatch: pytest.MonkeyPatch, nth: int
) -> None:
    junk = itertools.cycle([*JUNK[nth:], *JUNK[:nth]])
    monkeypatch.setattr(server, "answer", lambda *given: next(junk))
    source: Any = offer.source
    acting = offer.cluster
    assert acting is not None
    questions = [
        source.objects(), source.changes(WINDOW), source.logs("shelf", WINDOW), source.usage(), source.health(),
        *(acting.preview({"action": a, "service": "x", "node": "n", "replicas": 2}) for a in sorted(acting.actions)),
    ]  # fmt: skip
    for question in questions:
        try:
            await question
        except AisreError as error:
            assert "\n" not in str(error) and TOKEN not in str(error)


async def test_a_cluster_over_its_api_has_the_findings_and_rollouts_that_its_file_has(
    shop: Path, tmp_path: Path
) -> None:
    listed, _ = read_objects(shop / "kubernetes.json")
    server = KubernetesServer(json.loads((shop / "kubernetes.json").read_text())["items"] + items()[-1:])
    try:
        offer = made(server.url, tmp_path)
        assert offer.kubernetes is not None and offer.changes is not None
        answer = await offer.kubernetes.objects()
        manifest = json.loads((shop / "manifest.json").read_text())
        now = instant(manifest["now"])
        theirs = [f.says for f in find(cluster(list(listed["object"]), now), [])]
        assert sorted(f.says for f in find(cluster(list(answer.frame["object"]), now), [])) == sorted(theirs)
        told = [json.loads(line) for line in (shop / "changes.jsonl").read_text().splitlines()]
        wanted = {(c["service"], c["from"], c["to"]) for c in told if c["kind"] == "deployment"}
        frame = (await offer.changes.changes(Window(instant(manifest["start"]), now))).frame
        frame = frame[(frame["kind"] == "deployment") & (frame["from"] != "")]
        assert set(frame[["service", "from", "to"]].itertuples(index=False, name=None)) == wanted != set()
    finally:
        server.close()
