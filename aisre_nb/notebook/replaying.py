"""``%sre replay``: the notebook's cells get what their record holds; the world is not opened.

Each ``%%sre`` cell gets the next question. What a person did themselves is played where it is next in the record; where
the record has nothing of it, one line says that a replay changes nothing.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from IPython.core.getipython import get_ipython

from aisre_nb.errors import UsageError
from aisre_nb.evidence.invisible import visible
from aisre_nb.notebook.handle import Handle

if TYPE_CHECKING:
    from aisre_nb.evidence.evidence import Evidence
    from aisre_nb.notebook.transcript import Transcript
    from aisre_nb.record.record import Record
    from aisre_nb.session.replay import Replay
    from aisre_nb.session.step import Step


class Replaying:
    """The records of a notebook, in the order of its investigations."""

    def __init__(self, handle: Handle, records: list[Record]) -> None:
        self._handle = handle
        self.records = records
        self._left = list(records)
        self.now: Replay = self._open()

    @property
    def more(self) -> bool:
        """Whether another record comes after this one."""
        return bool(self._left)

    def go_on(self) -> None:
        """To the next record."""
        self.now = self._open()
        self._handle.investigation = self.now.investigation

    def at_end(self) -> bool:
        """Whether all questions of this record were played."""
        return not self.now.questions

    def _open(self) -> Replay:
        from aisre_nb.session.replay import Replay

        return Replay(self._handle.settings, self._left.pop(0), self._handle.registry())


def replay(words: list[str], handle: Handle) -> None:
    """Begin: the records of a notebook, of folders, of this notebook, or the newest one. ``--all`` draws them here."""
    from aisre_nb.notebook import closing
    from aisre_nb.record.record import Record
    from aisre_nb.session.reading import opened

    records = [Record.load(folder) for folder in _folders([w for w in words if w != "--all"], handle)]
    if handle.investigation is not None:
        closing.later(handle.investigation, sources=handle.investigation.sources is not handle.sources)
    handle.replay = state = Replaying(handle, records)
    print(f"{state.now.banner}.")
    for record in records:
        for note in record.notes:
            print(f"⚠ {record.folder.name}: {note}")
    if "--all" in words:
        _play_all(handle, state)
        return
    # Whoever has no %%sre cell to come wants to look at all of it.
    handle.investigation = found = opened(handle.settings, records[0], handle.registry())
    then = f"; after it come {len(records) - 1} more of this notebook" if len(records) > 1 else ""
    print(
        f"It holds {_count(len(state.now.questions), 'question')}, {_count(len(found.steps), 'step')} and "
        f"{_count(len(found.evidence), 'result')}{then}. Each "
        "%%sre cell gets the next question; %sre replay --all draws everything at once; %sre reset ends the replay."
    )


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _folders(words: list[str], handle: Handle) -> list[Path]:
    from aisre_nb.notebook.showing import newest
    from aisre_nb.notebook.this_notebook import this_notebook
    from aisre_nb.record.notebooks import find, of_notebook

    record_dir = handle.settings.record_dir
    if words:
        return [folder for word in words for folder in find(Path(word).expanduser(), record_dir)]
    notebook = this_notebook(get_ipython())
    if notebook is not None:
        return of_notebook(notebook, record_dir)
    return [newest(record_dir)]


def _play_all(handle: Handle, state: Replaying) -> None:
    while True:
        handle.investigation = state.now.investigation
        _watched(state, lambda transcript: state.now.play_all(transcript))
        if not state.more:
            return
        state.go_on()
        print(f"{state.now.banner}.")


def ask(handle: Handle, state: Replaying, question: str) -> None:
    """What a ``%%sre`` cell does. Raises `UsageError` where its question is not the next one."""
    if state.at_end() and state.more:
        state.go_on()
    live = "%sre reset ends the replay, and then %%sre asks live"
    if state.at_end():
        raise UsageError("this is a replay, and its record holds no further question", live)
    wanted = state.now.questions[0]
    if " ".join(state.now.investigation.redactor.text(question).split()) != " ".join(wanted.split()):
        raise UsageError(f"this is a replay, and its next question is “{visible(wanted)}”", f"ask that one; {live}")
    handle.investigation = state.now.investigation
    _watched(state, lambda transcript: state.now.play_question(transcript))


def act(handle: Handle, state: Replaying, tool: str, arguments: dict[str, Any]) -> Step:
    """What ``sre.act`` and ``%sre undo`` do: the step as it was, or one that says that nothing is done."""
    from aisre_nb.session.step import Step

    if _is_next(handle, state, "act", tool):
        before = len(state.now.investigation.steps)
        _watched(state, lambda transcript: state.now.play(transcript))
        # A record that was cut off holds its beginning alone.
        if len(state.now.investigation.steps) > before:
            return state.now.investigation.steps[-1]
    said = f"A replay changes nothing, and the record holds no {tool} here."
    print(said)
    return Step(0, tool, arguments, "change", error=said)


def own(handle: Handle, state: Replaying, kind: str, title: str, frame: Any = None) -> Evidence:
    """What ``sre.cite`` and ``%sre note`` do: the evidence as it was kept, or one without a number."""
    from aisre_nb.evidence.evidence import Evidence

    if _is_next(handle, state, kind, ""):
        before = set(state.now.investigation.evidence)
        _watched(state, lambda transcript: state.now.play(transcript))
        return next(e for n, e in state.now.investigation.evidence.items() if n not in before)
    said = f"A replay keeps nothing, and the record holds no {kind} here."
    print(said)
    return Evidence("", "text" if frame is None else "table", title, said, kind, {}, frame=frame)


def verified(handle: Handle, state: Replaying) -> None:
    """What ``%sre verify`` does: what came of it then."""
    from IPython.display import display

    from aisre_nb.record.events import Verified
    from aisre_nb.render.then_and_now import recorded

    if not _is_next(handle, state, "verify", ""):
        print("A replay asks nothing, and the record holds no comparison here.")
        return
    part = state.now.next
    _watched(state, lambda transcript: state.now.play(transcript))
    for event in part.events if part else ():
        if isinstance(event, Verified):
            for bundle in recorded(event.rows, state.now.investigation.evidence):
                display(bundle, raw=True)


def changed(handle: Handle, state: Replaying) -> None:
    """What ``%sre postmortem --propose`` does: the changes that were asked for then."""
    while _is_next(handle, state, "act", ""):
        _watched(state, lambda transcript: state.now.play(transcript))
    print("A replay changes nothing: what was proposed then stands above, if anything was.")


def _is_next(handle: Handle, state: Replaying, kind: str, said: str) -> bool:
    if state.now.next is None and state.more:
        state.go_on()
    part = state.now.next
    found = part is not None and part.kind == kind and (not said or part.said == said)
    if found:
        handle.investigation = state.now.investigation
    return found


def _watched(state: Replaying, play: Any) -> None:
    """As a live run is, where nobody is there to ask: each output once, in its final form."""
    from aisre_nb.notebook.transcript import Transcript

    transcript: Transcript = Transcript()
    transcript.begin(state.now.investigation)
    try:
        play(transcript)
    finally:
        transcript.close()
