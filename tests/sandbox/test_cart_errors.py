"""The scenario: what is true can be seen, and nothing but the truth's own file says so."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest


@pytest.fixture(params=["case", "other"])
def world(request: pytest.FixtureRequest):
    """As the shop is, and under other names and versions."""
    return request.getfixturevalue(request.param)


def _service(world) -> str:
    return world.truth["services"][0]


def _versions(world) -> list[str]:
    return world.truth["change"].split(" ", 1)[1].split(" → ")


def test_only_the_new_version_fails_and_only_on_one_operation(world):
    counted = world.counted()
    mine = counted[counted.service == _service(world)]
    quote = mine[("POST " + mine.route) == world.truth["operation"]]
    pods = {
        r["k8s.pod.name"]: r["service.version"]
        for r in world.histogram.ResourceAttributes
        if r["service.name"] == _service(world)
    }
    by_version = quote.assign(version=[pods[pod] for pod in quote.pod])
    rate = by_version[by_version.status == 500].groupby("version").n.sum() / by_version.groupby("version").n.sum()
    before, after = _versions(world)
    assert not rate.get(before, 0) > 0
    assert 0.05 <= rate[after] <= 0.45


def test_the_onset_is_when_the_new_version_first_failed(world):
    deployed = next(c for c in world.changes if c["service"] == _service(world) and c["kind"] == "deployment")
    now = pd.Timestamp(world.json("manifest.json")["now"])
    assert pd.Timedelta(0) < world.onset - pd.Timestamp(deployed["time"]) < pd.Timedelta(minutes=2)
    assert pd.Timedelta(minutes=25) <= now - pd.Timestamp(deployed["time"]) <= pd.Timedelta(minutes=40, seconds=1)
    types = [a.get("exception.type") for a in world.logs.LogAttributes]
    assert abs(world.logs[[t == "UnboundLocalError" for t in types]].Timestamp.min() - world.onset) < pd.Timedelta(
        seconds=1
    )


def test_the_stack_trace_is_of_lines_that_the_deployed_source_has(world):
    service, (_, version) = _service(world), _versions(world)
    stacks = {
        a["exception.stacktrace"] for a in world.logs.LogAttributes if a.get("exception.type") == "UnboundLocalError"
    }
    assert len(stacks) == 1
    frames = re.findall(r'File "/app/(\S+)", line (\d+), in \w+\n +(.+)\n', stacks.pop())
    assert len(frames) == 4
    for file, line, text in frames:
        source = world.git("show", f"{service}-{version}:services/{service}/{file}").splitlines()
        assert source[int(line) - 1].strip() == text
    assert world.truth["file"] == f"services/{service}/{frames[-1][0]}" and world.truth["line"] == int(frames[-1][1])
    assert world.truth["variable"] in frames[-1][2]


def _tests_pass(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-B", "-W", "ignore", "-m", "unittest"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_the_services_own_tests_fail_until_the_variable_is_initialised(world, tmp_path: Path):
    service = _service(world)
    folder = Path(shutil.copytree(world.folder / "repository" / "services" / service, tmp_path / service))
    before = _tests_pass(folder)
    assert before.returncode == 1 and "failures=1" in before.stderr and "test_a_plain_" in before.stderr
    file = folder / world.truth["file"].removeprefix(f"services/{service}/")
    name = f"    if {service}.coupon:\n"
    assert file.read_text().count(name) == 1
    file.write_text(file.read_text().replace(name, f"    {world.truth['variable']} = ZERO\n{name}"))
    assert _tests_pass(folder).returncode == 0


def test_the_version_before_passes_its_tests(case, tmp_path: Path):
    archive = subprocess.run(
        ["git", "-C", str(case.folder / "repository"), "archive", "cart-0.1.0", "services/cart"],
        capture_output=True,
        check=True,
    )
    subprocess.run(["tar", "-x", "-C", str(tmp_path)], input=archive.stdout, check=True)
    assert _tests_pass(tmp_path / "services" / "cart").returncode == 0


def test_the_release_is_a_feature_of_several_files_and_hunks(world):
    service, (before, after) = _service(world), _versions(world)
    diff = world.git("diff", f"{service}-{before}", f"{service}-{after}", "--", f"services/{service}")
    assert diff.count("diff --git") >= 5 and len(re.findall(r"^@@", diff, re.MULTILINE)) >= 8


def test_callers_fail_with_it_and_alerts_fire_upstream_too(world):
    firing = {(a["labels"]["alertname"], a["labels"]["service"]) for a in world.json("alerts.json")}
    service = _service(world)
    assert {("HighErrorRate", service), ("PageErrors", "frontend")} <= firing
    assert firing & {("MemoryNearLimit", s) for s in ("catalog", "recommendation", "inventory", "user", "member")} or (
        ("DiskFillsUp", "postgres") in firing
    )
    failed = world.spans[(world.spans.SpanKind == "Server") & (world.spans.StatusCode == "Error")]
    assert {"frontend", "api-gateway", service} <= set(failed.ServiceName)


def test_others_release_and_fail_too(world):
    kinds = [(c["kind"], c["service"]) for c in world.changes]
    released = {service for kind, service in kinds if kind == "deployment"}
    assert len(released) == 2 and "config" in dict(kinds)
    early = world.spans[(world.spans.Timestamp < world.onset) & (world.spans.StatusCode == "Error")]
    assert early.ServiceName.nunique() >= 4
    raised = {a["exception.type"] for a in world.logs.LogAttributes if "exception.stacktrace" in a}
    assert "payment.provider.ProviderTimeout" in raised
    # Recommendation writes its traces into the line.
    written = world.logs.Body[world.logs.Body.str.contains("Traceback (most recent call last)", regex=False)]
    assert written.str.contains("KeyError").any()


def test_nothing_outside_the_truth_names_the_cause(world):
    said = re.compile(
        rb"root.?cause|no_fault|uninitiali[sz]ed|before it is (set|initiali[sz]ed)|\bbug\b|\bfault\b", re.I
    )
    for file in world.folder.rglob("*"):
        parts = file.relative_to(world.folder).parts
        if not file.is_file() or parts[0] == "remote.git" or ".git" in parts or file.suffix == ".parquet":
            continue
        if file.name == "truth.json" or file.name == "manifest.json":
            continue
        assert not said.search(file.read_bytes()), file
    texts = set(world.logs.Body) | {a.get("exception.stacktrace", "") for a in world.logs.LogAttributes}
    assert not [text for text in texts if said.search(text.encode())]
    assert not said.search(world.git("log", "--all", "-p").encode())


def test_under_other_names_the_old_ones_are_nowhere(other):
    old = re.compile(r"\bcarts?\b|\bCart\b|checkout\b", re.I)
    # Workflows call an action of that name, which is not the shop's.
    text = other.git("log", "--all", "-p").replace("actions/till@", "")
    assert not old.search(text)
    assert not old.search(
        "".join(
            (other.folder / name).read_text()
            for name in ("alerts.json", "changes.jsonl", "truth.json", "manifest.json")
        )
    )
    assert not old.search(" ".join({*other.logs.Body, *other.spans.SpanName, *other.spans.ServiceName}))
    assert other.truth["change"] == "basket 1.4.2 → 1.5.0"
    assert "image: registry.shop.example/basket:1.5.0" in other.git("show", "main:deploy/basket.yaml")


def test_log_lines_are_filled_in(world):
    # What a caller says of another service's operation names its route, with its parameters.
    own = world.logs.Body[~world.logs.Body.str.contains(" answered |slow: ")]
    assert not own.str.contains(r"\{\w+\}").any()
    method, route = world.truth["operation"].split(" ")
    path = re.sub(r"{\w+}", r"u-[0-9]+", route)
    assert own.str.contains(f"{method} {path} failed: UnboundLocalError: ").sum() > 100
