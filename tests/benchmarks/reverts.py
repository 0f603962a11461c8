"""How few parts of each faulty change of the shop have to be taken back, by the tests of its service.

    python tests/benchmarks/reverts.py

``parts``: taken back, of all. ``lost``: tests of the change itself that go with them. A change whose own service has no
test that tells is printed as such. Each tree is tried in a child, which takes about half a second on a free core.
"""

from __future__ import annotations

import difflib
import importlib
import pkgutil
import time
from collections.abc import Collection, Iterator, Mapping

from aisre_nb.analysis.reversals import parts
from aisre_nb.analysis.revert_search import Trees, search
from aisre_nb.sandbox import code
from aisre_nb.sandbox.code.change import CodeChange
from aisre_nb.sandbox.repository.tests_trial import run_tests
from aisre_nb.sandbox.repository.tree import base_tree


def main() -> None:
    """Print a line for each change."""
    base = base_tree()
    for change in _changes():
        root = f"services/{change.service}/"
        before = {path.removeprefix(root): text for path, text in base.items() if path.startswith(root)}
        new = {path.removeprefix(root): text for path, text in change.files().items() if path.startswith(root)}
        after = {**before, **new}
        every = parts(hunk for path in new for hunk in _hunks(path, before.get(path, ""), after[path]))
        runs = 0

        def run(texts: Mapping[str, str], only: Collection[str]) -> Mapping[str, str]:
            nonlocal runs
            runs += 1
            return run_tests(texts, only).results

        begun = time.perf_counter()
        found = search(Trees(before, after, after), every, [], run, 60)
        seconds = time.perf_counter() - begun
        source = [part for part in every if not part.file.startswith("tests/")]
        told = f"{len(found.parts):>2} of {len(source):>2} parts, {len(found.lost)} lost" if found.parts else found.why
        print(f"{change.name:<16} {told:<28} {runs:>3} runs {seconds:6.1f} s  {', '.join(found.telling)[:80]}")


def _changes() -> Iterator[CodeChange]:
    for module in sorted(module.name for module in pkgutil.iter_modules(code.__path__)):
        found = getattr(importlib.import_module(f"{code.__name__}.{module}"), "CHANGE", None)
        if isinstance(found, CodeChange):
            yield found


def _hunks(path: str, old: str, new: str) -> list[tuple[str, str]]:
    found: list[list[str]] = []
    for line in list(difflib.unified_diff(old.splitlines(), new.splitlines(), n=3, lineterm=""))[2:]:
        if line.startswith("@@"):
            found.append([])
        found[-1].append(line)
    return [(path, "\n".join(hunk)) for hunk in found]


if __name__ == "__main__":
    main()
