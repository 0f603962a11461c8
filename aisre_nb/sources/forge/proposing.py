"""A pull request on a host: what it would change, and how it is opened once, on a branch of its own."""

from __future__ import annotations

from dataclasses import dataclass

from aisre_nb.errors import ChangeConflict, ToolError
from aisre_nb.evidence.change import ChangeView, FileChange
from aisre_nb.sources import proposal
from aisre_nb.sources.code_source import Edit, PullRequest
from aisre_nb.sources.forge.host import Request, Wanted
from aisre_nb.sources.forge.options import ForgeOptions
from aisre_nb.sources.forge.owners import PLACES, owners
from aisre_nb.sources.forge.state import State
from aisre_nb.sources.git_refs import safe_name
from aisre_nb.sources.scratch_git import Versions, differences

_NAMES = 20
"""Numbers that are tried behind a branch's name."""


@dataclass(frozen=True)
class Made:
    """A change on a base, and where it goes."""

    base: str
    head: str
    """The base's commit."""
    branch: str
    files: tuple[FileChange, ...]
    modes: tuple[str, ...]
    there: str = ""
    """The commit of the branch where it is there already, with exactly this change."""


async def make(state: State, request: PullRequest) -> Made:
    """The change on the base as it is now, on a branch that is free or holds exactly it. Raises `ToolError`."""
    wanted = safe_name(proposal.branch_name(request), "branch")
    base, head = await state.head(safe_name(request.base, "branch") if request.base else "")
    if wanted in (base, (await state.project()).default):
        raise ToolError(f"nothing is written to {wanted} itself", "take another name for the branch")
    files = await state.tree(head)
    edits = tuple(Edit(state.places.inside(e.path)[1], e.old, e.new) for e in request.edits)
    old = await state.blobs(proposal.touched(files, edits))
    after = proposal.edited(files, old, edits)
    before = {path: old[files[path].blob] if path in files else None for path in after}
    texts = await differences([Versions(p, before[p], new, mode) for p, (mode, new) in after.items()])
    changed = tuple(
        FileChange(
            state.places.outside(state.host.repository, path),
            None if (text := before[path]) is None else text.decode("utf-8"),
            content.decode("utf-8"),
            diff,
        )
        for (path, (_, content)), diff in zip(after.items(), texts, strict=True)
    )
    modes = tuple(mode for mode, _ in after.values())
    for n in range(1, _NAMES + 1):
        branch = wanted if n == 1 else f"{wanted}-{n}"
        at = await state.host.branch(branch)
        if at is None:
            return Made(base, head, branch, changed, modes)
        if await _holds(state, at, head, {path: content for path, (_, content) in after.items()}):
            return Made(base, head, branch, changed, modes, at)
    raise ToolError(f"there are {_NAMES} branches that begin with {wanted}", "take another name for the branch")


async def _holds(state: State, at: str, head: str, after: dict[str, bytes]) -> bool:
    """Whether a branch is one commit on this base, and that makes exactly these files of it."""
    commit = await state.host.commit(at)
    if commit is None or commit.parents != (head,):
        return False
    if sorted(await state.host.touched(at)) != sorted(after):
        return False
    return all([await state.host.content(path, at) == content for path, content in after.items()])


async def view(state: State, request: PullRequest, options: ForgeOptions, name: str) -> ChangeView:
    """What a person is shown."""
    made = await make(state, request)
    there = await state.host.request_of(made.branch) if made.there else None
    rows = [("pull request", f"#{there.number} is open" if there else "none", _asked(options))]
    labels = ", ".join(options.labels)
    rows += [("labels", "", labels)] if labels else []
    reviewers = await _reviewers(state, made, options)
    rows += [("asked to review", "", ", ".join(reviewers))] if reviewers else []
    scope = f"repository {state.host.repository} ({name}), branch {made.branch} → {made.base}"
    return ChangeView(request.title, request.body, scope, made.files, editable=("title", "body"), rows=tuple(rows))


def _asked(options: ForgeOptions) -> str:
    return "a draft" if options.draft else "open"


async def opened(
    state: State, request: PullRequest, options: ForgeOptions
) -> tuple[Made, Request, str, tuple[str, ...]]:
    """Branch, commit and pull request, of which each that is there already is found; its commit, and notes.

    Raises `ChangeConflict` where the base is not what was approved.
    """
    try:
        made = await make(state, request)
    except ToolError as error:
        if request.files and not isinstance(error, ChangeConflict):
            why = f"the repository moved since this was approved: {error.message}"
            raise ChangeConflict(why, "look again") from None
        raise
    proposal.check_unmoved(request.files, made.files, made.base)
    title = " ".join(request.title.split()) or made.branch
    commit = made.there or await _written(state, made, f"{title}\n\n{request.body}\n")
    there = await state.host.request_of(made.branch)
    if there is not None:
        note = f"pull request #{there.number} of that branch was open already, with exactly this change"
        return made, there, commit, (note,)
    reviewers = await _reviewers(state, made, options)
    wanted = Wanted(title, request.body, made.branch, made.base, options.draft, tuple(options.labels), reviewers)
    found, notes = await state.host.open(wanted)
    return made, found, commit, notes


async def _written(state: State, made: Made, message: str) -> str:
    # Named once more right before it is written: whatever came before, main is never the branch.
    if made.branch in (made.base, (await state.project()).default):
        raise ToolError(f"nothing is written to {made.branch} itself", "take another name for the branch")
    files = [
        (state.places.inside(file.path)[1], mode, file.after or "")
        for file, mode in zip(made.files, made.modes, strict=True)
    ]
    news = [file.path for file in made.files if file.before is None]
    return await state.host.write(made.branch, made.head, files, [state.places.inside(p)[1] for p in news], message)


async def _reviewers(state: State, made: Made, options: ForgeOptions) -> tuple[str, ...]:
    if not options.reviewers:
        return ()
    files = await state.tree(made.head)
    place = next((path for path in PLACES if path in files), "")
    if not place:
        return ()
    blob = files[place].blob
    text = (await state.blobs([blob]))[blob].decode("utf-8", "replace")
    return owners(text, [state.places.inside(file.path)[1] for file in made.files])
