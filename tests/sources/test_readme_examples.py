"""What the README shows as configuration is configuration."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from aisre_nb.sources.kinds import KINDS, Place, checked

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
SOURCES: list[tuple[str, dict[str, Any]]] = [
    (name, spec)
    for block in re.findall(r"```toml\n(.*?)```", README, re.DOTALL)
    for name, spec in tomllib.loads(block).get("sources", {}).items()
]
TYPES = ("github", "gitlab", "kubernetes")
KUBECONFIG = """\
apiVersion: v1
kind: Config
clusters: [{name: c, cluster: {server: "https://cluster.example"}}]
users: [{name: u, user: {token: x}}]
contexts: [{name: prod, context: {cluster: c, user: u}}]
"""


@pytest.mark.parametrize(("name", "spec"), SOURCES, ids=lambda one: one if isinstance(one, str) else one["type"])
def test_an_example_is_understood(name: str, spec: dict[str, Any], tmp_path: Path) -> None:
    assert spec["type"] in KINDS
    if spec["type"] not in TYPES:
        return
    if spec["type"] == "kubernetes":
        pytest.importorskip("lightkube", reason="needs lightkube: pip install 'aisre-nb[kubernetes]'")
    (tmp_path / "config").write_text(KUBECONFIG)
    environ = {"GH_TOKEN": "x", "GITLAB_TOKEN": "x", "KUBECONFIG": str(tmp_path / "config")}
    offer = checked(name, spec, Place(tmp_path, environ))()
    assert offer.source.name == name and (offer.code or offer.kubernetes)
    assert offer.cluster is None


def test_each_of_them_has_an_example() -> None:
    assert {spec["type"] for _, spec in SOURCES} >= set(TYPES)
