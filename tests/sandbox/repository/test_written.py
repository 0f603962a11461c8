"""The repository of a world."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest


def test_the_clone_is_clean_on_main_and_the_remote_has_the_same(case):
    assert case.git("status", "--porcelain") == ""
    assert case.git("rev-parse", "--abbrev-ref", "HEAD").strip() == "main"
    remote = subprocess.run(
        ["git", "-C", str(case.folder / "remote.git"), "rev-parse", "main"], capture_output=True, text=True, check=True
    )
    assert remote.stdout == case.git("rev-parse", "HEAD")


def test_every_service_has_source_a_manifest_and_a_tag(case):
    tags = set(case.git("tag").split())
    for manifest in (case.folder / "repository" / "deploy").glob("*.yaml"):
        if manifest.name in ("alerts.yaml", "flags.yaml"):
            continue
        image = next(line for line in manifest.read_text().splitlines() if "image:" in line)
        name, version = image.split("/")[-1].split(":")
        built = (case.folder / "repository" / "services" / name).is_dir()
        # What is bought is deployed from here too, but not built here.
        assert built == (name not in ("redis", "postgres", "rabbitmq"))
        assert name == manifest.stem and (f"{name}-{version}" in tags) == built


def test_commits_are_older_than_now_and_deployments_name_theirs(case):
    now = case.json("manifest.json")["now"]
    dates = case.git("log", "--format=%cI").split()
    assert all(date.replace("+00:00", "Z") < now for date in dates) and len(dates) >= 20
    for change in case.changes:
        if change["kind"] == "deployment":
            files = case.git("show", "--format=", "--name-only", change["attributes"]["commit"]).split()
            assert files == [change["attributes"]["manifest"]]


def test_the_folder_may_be_moved_and_pushed_from(case, tmp_path: Path):
    moved = Path(shutil.copytree(case.folder, tmp_path / "moved"))
    git = ["git", "-C", str(moved / "repository")]
    subprocess.run([*git, "push", "-q", "origin", "HEAD:refs/heads/try"], check=True, capture_output=True)
    heads = subprocess.run(
        ["git", "-C", str(moved / "remote.git"), "branch", "--list"], capture_output=True, text=True, check=True
    )
    assert "try" in heads.stdout


def test_a_persons_own_git_settings_do_not_matter(case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    from aisre_nb.sandbox import make

    settings = tmp_path / "gitconfig"
    settings.write_text(
        "[user]\n name = Somebody\n[commit]\n gpgsign = true\n[core]\n autocrlf = true\n"
        "[init]\n defaultBranch = trunk\n[clone]\n defaultRemoteName = upstream\n"
    )
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(settings))
    monkeypatch.setenv("GIT_AUTHOR_DATE", "2001-01-01T00:00:00Z")
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "nowhere"))
    made = make("cart-errors", 1, tmp_path / "x")
    monkeypatch.delenv("GIT_DIR")
    head = (made / "remote.git" / "refs" / "heads" / "main").read_text()
    assert head == case.git("rev-parse", "HEAD")
    assert '[remote "origin"]' in (made / "repository" / ".git" / "config").read_text()
