from __future__ import annotations

import pytest

from aisre_nb.errors import ToolError
from aisre_nb.sources.git_tree import matching_path, service_folders

PATHS = [
    "services/shelf/shelf/totals.py",
    "services/shelf/shelf/app.py",
    "services/lamp/lamp/totals.py",
    "services/lamp/tests/shelf/test_x.py",
    "tools/decoder.py",
    "main.py",
]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("services/lamp/lamp/totals.py", "services/lamp/lamp/totals.py"),
        ("/app/shelf/totals.py", "services/shelf/shelf/totals.py"),
        ("./shelf/totals.py", "services/shelf/shelf/totals.py"),
        ("C:\\build\\lamp\\totals.py", "services/lamp/lamp/totals.py"),
        ("/srv/app.py", "services/shelf/shelf/app.py"),
        ("main.py", "main.py"),
    ],
)
def test_the_longest_common_end_wins(asked: str, found: str) -> None:
    assert matching_path(asked, PATHS) == found


def test_several_that_fit_are_listed() -> None:
    with pytest.raises(ToolError, match=r"services/lamp/lamp/totals\.py, services/shelf/shelf/totals\.py"):
        matching_path("/app/totals.py", PATHS)


def test_the_services_own_file_is_preferred() -> None:
    assert matching_path("/app/totals.py", PATHS, ["services/shelf"]) == "services/shelf/shelf/totals.py"


@pytest.mark.parametrize(
    "path",
    ["/usr/lib/python3.11/json/decoder.py", "/app/node_modules/x/main.py", "/v/site-packages/a/app.py", "<string>"],
)
def test_library_code_is_not_mistaken_for_the_repositorys(path: str) -> None:
    with pytest.raises(ToolError, match="library code"):
        matching_path(path, PATHS)


@pytest.mark.parametrize("path", ["../../etc/passwd", "/etc/shadow", "", "--help"])
def test_nothing_outside_is_ever_found(path: str) -> None:
    with pytest.raises(ToolError, match="no file of the repository"):
        matching_path(path, PATHS)


def test_a_services_folders_are_the_outermost_of_its_name() -> None:
    assert service_folders(PATHS, "shelf") == ["services/shelf"]
    assert service_folders(["src/shelfservice/a.go", "docs/shelf/x.md"], "shelf") == ["src/shelfservice"]
    assert service_folders(["apps/shelf/a.js", "shelf/b.js"], "shelf") == ["apps/shelf", "shelf"]
    assert service_folders(PATHS, "nobody") == []
