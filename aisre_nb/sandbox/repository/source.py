"""A service's own source, run for real, so that what it raises is what its logs say."""

from __future__ import annotations

import importlib
import importlib.util
import itertools
import pkgutil
import shutil
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from aisre_nb.sandbox.failures import Raised
from aisre_nb.sandbox.names import Names

_NUMBER = itertools.count()
_CHAINED = "\nThe above exception was the direct cause of the following exception:\n\n"


class Source:
    """A package of one service, imported under a private name: two versions never meet."""

    def __init__(self, module: str, names: Names) -> None:
        self._module = module
        self.names = names

    def get(self, module: str, name: str) -> Any:
        """``get("models", "Item")``: what a module of the package calls so, whatever it was renamed to."""
        return getattr(self.module(module), self.names.text(name))

    def module(self, name: str) -> Any:
        """A module of the package."""
        return importlib.import_module(f"{self._module}.{self.names.text(name)}")

    def begin(self) -> None:
        """Import every module of the package, as its program does when it begins."""
        for found in pkgutil.walk_packages(sys.modules[self._module].__path__, f"{self._module}."):
            if not found.name.endswith(".__main__"):
                importlib.import_module(found.name)


@contextmanager
def loaded(
    tree: Mapping[str, str], service: str, names: Names, ready: Callable[[Path], None] = lambda folder: None
) -> Iterator[tuple[Source, Callable[[BaseException], Raised]]]:
    """A service's package, imported, and how its pods would log an exception of it.

    ``tree``: texts by path in the repository. ``services/<service>/<package>/x.py`` becomes ``/app/<package>/x.py``.
    ``ready`` is called with the folder in which it lies, before any of it runs.
    """
    root = f"services/{service}/"
    package = _package(tree, root)
    folder = Path(tempfile.mkdtemp(prefix="aisre-source-")).resolve()
    module = f"_sandbox_{next(_NUMBER)}_{package}"
    try:
        for path, text in tree.items():
            if path.startswith(f"{root}{package}/"):
                file = folder / path[len(root) :]
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(text, encoding="utf-8")
        ready(folder)
        _import(module, folder / package)
        yield Source(module, names), lambda error: _as_logged(error, folder, module, package)
    finally:
        for name in [name for name in sys.modules if name == module or name.startswith(f"{module}.")]:
            del sys.modules[name]
        sys.path_importer_cache.pop(str(folder / package), None)
        shutil.rmtree(folder, ignore_errors=True)


def raised_by(
    tree: Mapping[str, str], service: str, names: Names, provoke: Callable[[Source], BaseException]
) -> Raised:
    """The exception that ``provoke`` gets out of the service's source, as its pods would log it."""
    with loaded(tree, service, names) as (source, as_logged):
        return as_logged(provoke(source))


def measured(tree: Mapping[str, str], service: str, names: Names, probe: Callable[[Source], Any]) -> Any:
    """What ``probe`` finds out by running the service's source; an exception that it returns as it would be logged."""
    with loaded(tree, service, names) as (source, as_logged):
        found = probe(source)
        return as_logged(found) if isinstance(found, BaseException) else found


def _package(tree: Mapping[str, str], root: str) -> str:
    found = {
        path[len(root) :].split("/")[0] for path in tree if path.startswith(root) and path.endswith("/__init__.py")
    }
    return min(found - {"tests"})


def _import(module: str, folder: Path) -> None:
    spec = importlib.util.spec_from_file_location(
        module, folder / "__init__.py", submodule_search_locations=[str(folder)]
    )
    if spec is None or spec.loader is None:
        raise ImportError(f"{folder} is not a package")
    loaded = importlib.util.module_from_spec(spec)
    sys.modules[module] = loaded
    spec.loader.exec_module(loaded)


def _as_logged(error: BaseException, folder: Path, module: str, package: str) -> Raised:
    frames = _frames(error, folder)
    return Raised(
        type=_type(error, module, package),
        message=str(error),
        stack=_stack(error, folder, module, package),
        file=frames[-1].filename,
        line=frames[-1].lineno or 0,
    )


def _frames(error: BaseException, folder: Path) -> list[traceback.FrameSummary]:
    """The frames in the service's own files, which lie under ``/app`` in its container."""
    return [
        # Without columns: the marks under a line differ between Python's versions.
        traceback.FrameSummary(f"/app/{Path(f.filename).relative_to(folder).as_posix()}", f.lineno, f.name, line=f.line)
        for f in traceback.extract_tb(error.__traceback__)
        if Path(f.filename).is_relative_to(folder)
    ]


def _stack(error: BaseException, folder: Path, module: str, package: str) -> str:
    lines = traceback.StackSummary.from_list(_frames(error, folder)).format()
    own = f"Traceback (most recent call last):\n{''.join(lines)}{_type(error, module, package)}: {error}\n"
    cause = error.__cause__
    return _stack(cause, folder, module, package) + _CHAINED + own if cause is not None else own


def _type(error: BaseException, module: str, package: str) -> str:
    kind = type(error)
    if kind.__module__ == "builtins":
        return kind.__qualname__
    return f"{kind.__module__.replace(module, package, 1)}.{kind.__qualname__}"
