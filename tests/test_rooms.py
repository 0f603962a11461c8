"""The rooms: who may import whom, and what loading costs."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import aisre_nb

PACKAGE = Path(aisre_nb.__file__).parent
WAY = (
    "cli", "notebook", "bench", "mcp", "session", "models", "approval", "render", "tools", "sources", "report",
    "record", "analysis", "evidence",
)  # fmt: skip
DRAWS = ("IPython", "ipywidgets", "anywidget", "plotly")
MAY_DRAW = ("notebook", "render", "cli", "approval/card.py")
HEAVY = (
    "anthropic", "pandas", "numpy", "plotly", "duckdb", "ibis", "anywidget", "ipywidgets", "pyarrow", "pydantic",
    "httpx2", "drain3", "mcp", "boto3",
)  # fmt: skip


def _files() -> list[Path]:
    return [f for f in PACKAGE.rglob("*.py") if "shop" not in f.relative_to(PACKAGE).parts]


def _imports(file: Path) -> Iterator[tuple[str, bool]]:
    """Each imported module's name, and whether it is imported while a type checker alone looks."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    typed = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, id(node) in typed) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module, id(node) in typed


def _room(name: str) -> str:
    parts = name.split(".")
    return parts[1] if len(parts) > 1 and parts[0] == "aisre_nb" else ""


@pytest.mark.parametrize("file", _files(), ids=lambda f: str(f.relative_to(PACKAGE)))
def test_a_room_imports_only_from_rooms_further_along_the_way(file: Path) -> None:
    own = file.relative_to(PACKAGE).parts[0]
    if own not in WAY:
        return
    for name, typed in _imports(file):
        other = _room(name)
        if other in WAY and other != own and not typed:
            looks_back = (own, other) == ("evidence", "render") and file.name == "evidence.py"
            assert WAY.index(other) > WAY.index(own) or looks_back, f"{own} imports {name}"


@pytest.mark.parametrize("file", _files(), ids=lambda f: str(f.relative_to(PACKAGE)))
def test_only_three_rooms_know_the_front_end(file: Path) -> None:
    path = file.relative_to(PACKAGE).as_posix()
    if path.startswith(MAY_DRAW):
        return
    assert not [name for name, _ in _imports(file) if name.split(".")[0] in DRAWS]


def test_loading_the_extension_imports_the_standard_library_and_ipython_only() -> None:
    code = (
        "import sys; from IPython.core.interactiveshell import InteractiveShell; shell = InteractiveShell.instance()\n"
        "shell.run_line_magic('load_ext', 'aisre_nb')\n"
        "assert shell.find_cell_magic('sre') is not None\n"
        "print([m for m in sys.argv[1:] if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code, *HEAVY], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip().splitlines()[-1] == "[]"


def test_nothing_outside_the_sandbox_knows_it() -> None:
    from aisre_nb.sandbox import scenarios

    names = [scenario.name for scenario in scenarios()]
    for file in _files():
        path = file.relative_to(PACKAGE).as_posix()
        if path.startswith("sandbox/") or path == "session/start.py":
            continue
        text = file.read_text(encoding="utf-8")
        assert not [name for name in names if name in text], path
