"""Which repair fits which exception; the first that holds is taken."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from aisre_nb.models.builtin.failure import Failure
from aisre_nb.models.builtin.mend import missing, syntax, unbound
from aisre_nb.models.builtin.mend.bindings import unbound as unbound_names
from aisre_nb.models.builtin.mend.hunks import Hunk
from aisre_nb.models.builtin.mend.revert import revert


@dataclass(frozen=True)
class Mended:
    """A file that was mended."""

    text: str
    title: str
    """``"initialise surcharge"``."""
    how: str
    """One sentence: what was done, and what code made sure of."""


def mend(source: str, failure: Failure, line: int, hunks: Sequence[Hunk]) -> Mended | None:
    """The mended source of one file; ``hunks`` are that file's, ``line`` is where it failed. None: no rule fits."""
    if syntax.parse(source) is None:
        return None
    for name in failure.symbols:
        if failure.type.endswith("UnboundLocalError"):
            text = unbound.restore(source, name, line, hunks)
            how = f"`{name}` gets back the assignment that the change took out, and is now bound on every path."
            if text is not None:
                return Mended(text, f"initialise {name}", how)
        elif failure.type.endswith("NameError"):
            text = missing.restore(source, name, hunks)
            how = f"`{name}` gets back the import or definition that the change took out."
            if text is not None:
                return Mended(text, f"restore {name}", how)
    return _taken_back(source, failure, hunks)


def healthy(source: str, failure: Failure) -> bool:
    """The file no longer has what the exception names: somebody mended it meanwhile."""
    tree = syntax.parse(source)
    if tree is None or not failure.type.endswith(("UnboundLocalError", "NameError")) or not failure.symbols:
        return False
    return not _still(source, failure)


def _taken_back(source: str, failure: Failure, hunks: Sequence[Hunk]) -> Mended | None:
    suspects = [h for h in hunks if h.suspect]
    tries: list[Sequence[Hunk]] = [[h] for h in suspects]
    if len(suspects) > 1:
        tries.append(suspects)
    for hunks_back in tries:
        text = revert(source, hunks_back)
        if text is not None and not _still(text, failure):
            what = "the hunk" if len(hunks_back) == 1 else f"the {len(hunks_back)} hunks"
            how = f"Takes back {what} that the stack trace leads to, and leaves the rest of the change as it is."
            return Mended(text, f"take back the change that raises {failure.type}", how)
    return None


def _still(text: str, failure: Failure) -> bool:
    """Where the exception is about a name, it must be gone."""
    tree = syntax.parse(text)
    if tree is None:
        return True
    names = set(failure.symbols)
    if failure.type.endswith("UnboundLocalError"):
        return any(names & set(unbound_names(f)) for f in syntax.functions(tree))
    return failure.type.endswith("NameError") and bool(names & syntax.undefined(tree))
