"""Which few parts of a change have to be taken back, found by running the service's tests on candidate trees."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field

from aisre_nb.analysis.delta import Outcome, smallest
from aisre_nb.analysis.python_names import loose_ends
from aisre_nb.analysis.reversals import Part, grouped, taken_back

Texts = Mapping[str, str]
Run = Callable[[Texts, Collection[str]], Mapping[str, str]]
"""Runs tests on a tree (``only`` these ids; none: all): ``"passed"``, ``"failed"``, … by id; nothing where none ran."""
_NEAR = 12
"""Lines between a place and the part that it can mean."""


@dataclass(frozen=True)
class Trees:
    """A service's files, by path; the tests lie in its folder ``tests``."""

    before: Texts
    after: Texts
    main: Texts
    """The main branch's, for tests that somebody wrote meanwhile."""
    given: Texts = field(default_factory=dict)
    """Tests of the symptom, by path, that tell the versions apart instead of the service's own."""


@dataclass(frozen=True)
class Found:
    """The answer."""

    parts: tuple[Part, ...]
    """What to take back; empty where no part of the change can be blamed."""
    texts: Texts
    """The files after that; as deployed where ``parts`` is empty."""
    units: int
    """Parts that can be taken back by themselves."""
    telling: tuple[str, ...]
    """Tests that fail on what is deployed and held before."""
    kept: tuple[str, ...]
    """Tests that held before and hold again."""
    lost: tuple[str, ...]
    """Tests of the deployed version that do not hold any more: they test what was taken back."""
    tries: int
    complete: bool
    why: str = ""
    """Why there is no answer."""


def search(trees: Trees, parts: Sequence[Part], places: Sequence[tuple[str, int]], run: Run, most_tries: int) -> Found:
    """The fewest parts whose reversal mends it.

    It is mended where every test holds that fails on what is deployed and held before, and every test that held before
    holds. Where no test tells the versions apart, ``places`` (file and line of the deployed version) say which parts
    must be among them, and the tests say what has to go with these. Parts of tests stay as they are.
    """
    source = {path: text for path, text in trees.after.items() if not _is_test(path)}
    own = [part for part in parts if not _is_test(part.file) and (part.file in source or not part.new_file)]
    loose = loose_ends(source)
    units = grouped(own, source, lambda texts: loose_ends(texts) <= loose)
    tests, telling = _telling(trees, run)
    old_tests = _tests(trees.before)
    kept = _held(run({**_source(trees.before), **old_tests}, ())) if old_tests else ()
    wanted = [] if telling else [_unit_at(units, file, line) for file, line in places]
    must = sorted({n for n in wanted if n is not None})
    free = [n for n in range(len(units)) if n not in must]

    def none(why: str) -> Found:
        return Found((), trees.after, len(units), telling, kept, (), 0, True, why)

    if not units:
        return none("the change touches no source of the service")
    if trees.given and not telling:
        return none("the test that was given does not fail on what is deployed, or fails on the version before, too")
    if not telling and not must:
        return none("no test fails on what is deployed that held before, and no part of the change is at a place named")

    def does(some: frozenset[int]) -> Outcome:
        texts = taken_back(source, [part for n in (*must, *(free[m] for m in some)) for part in units[n]])
        if texts is None or not loose_ends(texts) <= loose:
            return "unresolved"
        if telling and not set(telling) <= set(_held(run({**texts, **tests}, telling))):
            return "no"
        return "yes" if not kept or set(kept) <= set(_held(run({**texts, **old_tests}, kept))) else "no"

    # Where a place was named that part alone may do.
    if must and does(frozenset()) == "yes":
        chosen, tries, complete = must, 1, True
    else:
        found = smallest(len(free), does, most_tries)
        if not found.units:
            return none("not even the whole change taken back makes its tests hold")
        chosen = sorted([*must, *(free[m] for m in found.units)])
        tries, complete = found.tries + bool(must), found.complete
    some = [part for n in chosen for part in units[n]]
    texts = taken_back(source, some) or source
    new_tests = _tests(trees.after)
    before = _held(run({**source, **new_tests}, ())) if new_tests else ()
    now = _held(run({**texts, **new_tests}, ())) if new_tests else ()
    lost = tuple(sorted(set(before) - set(now)))
    whole = {**{p: t for p, t in trees.after.items() if _is_test(p)}, **texts}
    return Found(tuple(some), whole, len(units), telling, kept, lost, tries, complete)


def _telling(trees: Trees, run: Run) -> tuple[Texts, tuple[str, ...]]:
    """The first set of tests that tells the two versions apart: the main branch's, the deployed one's, the former's."""
    seen: list[Texts] = []
    own = (_tests(trees.main), _tests(trees.after), _tests(trees.before))
    for tests in (trees.given,) if trees.given else own:
        if not tests or tests in seen:
            continue
        seen.append(tests)
        after = run({**_source(trees.after), **tests}, ())
        fails = [name for name, said in after.items() if said in ("failed", "error")]
        if not fails:
            continue
        held = set(_held(run({**_source(trees.before), **tests}, ())))
        if telling := tuple(sorted(name for name in fails if name in held)):
            return tests, telling
    return {}, ()


def _unit_at(units: Sequence[Sequence[Part]], file: str, line: int) -> int | None:
    """The unit that holds the part nearest to a place; None where none is near."""
    best: tuple[int, int] | None = None
    for n, unit in enumerate(units):
        for part in unit:
            if part.file != file:
                continue
            end = part.line + max(len(part.added) - 1, 0)
            distance = max(part.line - line, line - end, 0)
            if distance <= _NEAR and (best is None or distance < best[0]):
                best = (distance, n)
    return best[1] if best else None


def _held(results: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(sorted(name for name, said in results.items() if said == "passed"))


def _tests(texts: Texts) -> dict[str, str]:
    return {path: text for path, text in texts.items() if _is_test(path)}


def _source(texts: Texts) -> dict[str, str]:
    return {path: text for path, text in texts.items() if not _is_test(path)}


def _is_test(path: str) -> bool:
    return path.startswith("tests/") or "/tests/" in path
