"""The fewest parts of a change that have to be taken back, found by running the service's tests."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pydantic import Field

from aisre_nb.analysis.reversals import Part, parts
from aisre_nb.analysis.revert_search import Found, Run, Trees, search
from aisre_nb.analysis.suspects import same_file
from aisre_nb.errors import ToolError
from aisre_nb.sources.base import Answer
from aisre_nb.sources.code_source import SuiteRunner
from aisre_nb.tools.arguments import Arguments
from aisre_nb.tools.asking import configured
from aisre_nb.tools.pull_requests import edit_between
from aisre_nb.tools.tool import ChangeView, FileChange, Tool, ToolContext, ToolResult

if TYPE_CHECKING:
    import pandas as pd

_TRIES = 40
"""Trees that are tried at most; each takes about a second."""
_TIME = 300.0


class FindSmallestRevert(Arguments):
    """Arguments of `find_smallest_revert`."""

    service: str = Field(description="The service's exact name.")
    from_version: str = Field(description="The version that was well, such as get_deployments named it.")
    to_version: str = Field(description="The version at fault.")
    places: list[str] = Field(
        default_factory=list,
        description='Places in the new version that must be taken back where no test fails on it, "file:line", such as '
        "a suspect of get_source_diff.",
    )


class FindRevertByTest(FindSmallestRevert):
    """Arguments of `find_revert_by_test`."""

    test: str = Field(
        min_length=20,
        max_length=20_000,
        description="A file of Python's unittest that fails on the version at fault and holds on the one before: it "
        "imports the service's package and does what the failing request does. The standard library alone.",
    )
    reason: str = Field("", max_length=4000, description="Why; the person who decides reads it.")


_GIVEN = "tests/test_symptom.py"


async def _find(context: ToolContext, arguments: FindSmallestRevert) -> ToolResult:
    return await _found(context, arguments, configured(context.sources.tests, "running tests"), {})


async def _find_by_test(context: ToolContext, arguments: FindRevertByTest) -> ToolResult:
    from aisre_nb.sources.trial import Trial

    given = {"tests/__init__.py": "", _GIVEN: arguments.test}
    return await _found(context, arguments, context.sources.tests or Trial(), given)


async def _preview(context: ToolContext, arguments: FindRevertByTest) -> ChangeView:
    """The test that would be run; nothing is."""
    body = (
        f"Runs this test, and the tests of {arguments.service}, on up to {_TRIES} trees between "
        f"{arguments.from_version} and {arguments.to_version}, each in a process of its own without network, secrets "
        "or other files. That keeps mistakes and plain malice out, and is no jail: read the test."
    )
    lines = arguments.test.splitlines()
    head = f"--- /dev/null\n+++ b/{_GIVEN}\n@@ -0,0 +1,{len(lines)} @@\n"
    diff = head + "".join(f"+{line}\n" for line in lines)
    change = FileChange(_GIVEN, None, arguments.test, diff)
    title = f"Run a test on trees of {arguments.service}"
    scope = f"this machine, source of {arguments.service}"
    return ChangeView(title, "\n\n".join(part for part in (arguments.reason, body) if part), scope, (change,))


async def _found(
    context: ToolContext, arguments: FindSmallestRevert, runner: SuiteRunner, given: Mapping[str, str]
) -> ToolResult:
    code = configured(context.sources.code, "source code")
    service, old, new = arguments.service, arguments.from_version, arguments.to_version
    before, after, main = [await code.files(service, version) for version in (old, new, None)]
    diff = await code.diff(service, old, new)
    folder = str(after.frame.attrs.get("folder", ""))
    trees = Trees(_texts(before), _texts(after), _texts(main), given)
    own = [_inside(part, folder) for part in parts(zip(diff.frame["file"], diff.frame["text"], strict=True))]
    places = [_place(place, list(trees.after)) for place in arguments.places]
    told = _counted(runner, context.tell)
    found = await asyncio.to_thread(search, trees, [p for p in own if p], places, told, _TRIES)
    if found.why:
        raise ToolError(found.why, "name the place at fault, as get_source_diff marks it, or mend it by hand")
    facts = _facts(arguments, found, trees, folder)
    return ToolResult(
        "table",
        f"Smallest revert of {service} {old} → {new}",
        _said(facts),
        _frame(found.parts, folder),
        facts,
        after.source,
        f"{diff.query}\n\n{after.query}",
    )


def _texts(answer: Answer) -> dict[str, str]:
    """By path from the service's folder."""
    folder = f"{answer.frame.attrs.get('folder', '')}/"
    rows = zip(answer.frame["path"], answer.frame["text"], strict=True)
    return {str(path).removeprefix(folder): str(text) for path, text in rows}


def _inside(part: Part, folder: str) -> Part | None:
    """The part with its path from the service's folder; None for one outside, such as a manifest."""
    if not part.file.startswith(f"{folder}/"):
        return None
    inner = part.file.removeprefix(f"{folder}/")
    return Part(inner, part.line, part.removed, part.added, part.hunk, part.old_file, part.new_file)


def _place(place: str, paths: Sequence[str]) -> tuple[str, int]:
    """The file of the service that a place means. Raises `ToolError` where there is none."""
    path, _, line = place.rpartition(":")
    if not line.isascii() or not line.isdigit() or not path:
        raise ToolError(f"{place[:120]!r} is no place", 'write "file:line"')
    fitting = [p for p in paths if p == path or same_file(path, p)]
    if not fitting:
        raise ToolError(f"no file of the service is {path[:120]!r}", "name one that get_source_diff lists")
    return max(fitting, key=len), int(line[:9])


def _counted(runner: SuiteRunner, tell: Callable[[str], None]) -> Run:
    """Runs tests, each of them once on each tree, and says how many trees it has tried."""
    known: dict[frozenset[tuple[str, str]], dict[str, str]] = {}
    whole: set[frozenset[tuple[str, str]]] = set()

    def run(texts: Mapping[str, str], only: Collection[str]) -> Mapping[str, str]:
        key = frozenset(texts.items())
        there = known.setdefault(key, {})
        missing = [name for name in only if name not in there]
        if key not in whole and (missing or not only):
            there |= runner.run(texts, missing).results
            tell(f"{len(known)} trees tried\n")
        if not only:
            whole.add(key)
        return {name: said for name, said in there.items() if not only or name in only}

    return run


def _facts(arguments: FindSmallestRevert, found: Found, trees: Trees, folder: str) -> dict[str, Any]:
    edits = []
    for path, text in trees.after.items():
        if path in found.texts and found.texts[path] != text:
            edit = edit_between(f"{folder}/{path}", text, found.texts[path])
            edits.append({"path": edit.path, "old": edit.old, "new": edit.new})
    return {
        "service": arguments.service,
        "from": arguments.from_version,
        "to": arguments.to_version,
        "parts": [_row(part, folder) for part in found.parts],
        "units": found.units,
        "telling_tests": list(found.telling),
        "kept_tests": len(found.kept),
        "lost_tests": list(found.lost),
        "tries": found.tries,
        "complete": found.complete,
        "edits": edits,
        "files_removed": sorted(f"{folder}/{path}" for path in trees.after if path not in found.texts),
        "files_restored": sorted(f"{folder}/{path}" for path in found.texts if path not in trees.after),
    }


def _row(part: Part, folder: str) -> dict[str, Any]:
    return {
        "file": f"{folder}/{part.file}",
        "line": part.line,
        "removed": "\n".join(part.removed),
        "added": "\n".join(part.added),
    }


def _frame(some: Sequence[Part], folder: str) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame([_row(part, folder) for part in some], columns=["file", "line", "removed", "added"])


def _said(facts: Mapping[str, Any]) -> str:
    places = ", ".join(f"{part['file']}:{part['line']}" for part in facts["parts"][:3])
    told = f"{len(facts['parts'])} parts taken back ({places}), of {facts['units']} units, do it"
    tests = len(facts["telling_tests"])
    told += f": {tests} tests that fail hold then, and" if tests else ":"
    told += f" all {facts['kept_tests']} tests that held before hold"
    if facts["lost_tests"]:
        told += f"; {len(facts['lost_tests'])} tests of the new version test what was taken back"
    return told if facts["complete"] else f"{told}; fewer may do, as the tries were used up"


find_smallest_revert = Tool(
    "find_smallest_revert",
    "The fewest parts of a change that have to be taken back to mend it, found by delta debugging: the service's own "
    "unit tests are run on candidate trees, in the sandbox's trial. Gives the edits for a fix that keeps the rest of "
    "the change. Name the suspect's place where no test fails on the new version.",
    FindSmallestRevert,
    _find,
    time_limit=_TIME,
)
find_revert_by_test = Tool(
    "find_revert_by_test",
    "As find_smallest_revert, by a test of the symptom that you write: for a fault that the service's own tests do not "
    "notice, in any Python service whose tests need the standard library alone. A person reads the test before it is "
    "run here.",
    FindRevertByTest,
    _find_by_test,
    "change",
    _preview,
    time_limit=_TIME,
)
