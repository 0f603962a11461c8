"""Checks a scenario against its own truth: what should be seen is seen, what should mend it mends it."""

from __future__ import annotations

import copy
import json
import re
import shutil
import tempfile
import time
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import timedelta
from pathlib import Path

from aisre_nb.sandbox.calls import Call, Page
from aisre_nb.sandbox.make import create
from aisre_nb.sandbox.scenario import Action, Signal
from aisre_nb.sandbox.signals import Seen, look
from aisre_nb.sandbox.world import World
from aisre_nb.times import instant

_LATE = timedelta(minutes=10)
"""How much of the time before the question a signal is looked at in."""
_WAIT = 12
"""Minutes until a remedy is judged, by the last `_JUDGED` of them."""
_JUDGED = timedelta(minutes=4)
_LONGER = 20
"""Minutes for what a queue still has to work off, and for what does not mend it."""
_FAR = 2
"""Calls from the service of the first alert to the faulty one, at least, where a truth says `far`."""


@dataclass
class Checked:
    """What a check of one world found."""

    name: str
    seed: int
    difficulty: str
    problems: list[str] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def passed(self) -> bool:
        """Whether there is no problem."""
        return not self.problems


def check(name: str, seed: int, hard: bool, scratch: Path) -> Checked:
    """Make a world below ``scratch`` and hold it against its truth."""
    found = Checked(name, seed, "hard" if hard else "easy")
    begun = time.monotonic()
    folder = scratch / f"{name}-{seed}-{found.difficulty}"
    try:
        found.problems += _Check(create(name, seed, folder, hard=hard)).problems()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    found.seconds = round(time.monotonic() - begun, 1)
    return found


def checks(wanted: Sequence[tuple[str, int, bool]], jobs: int = 0) -> Iterator[Checked]:
    """Check many (name, seed, hard), several at a time, in the order asked for; ``jobs`` 0: one a core."""
    import os
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    # Fresh processes: what the parent has started (threads of Arrow) does not survive a fork.
    with (
        tempfile.TemporaryDirectory(prefix="aisre-check-") as scratch,
        ProcessPoolExecutor(jobs or os.cpu_count() or 1, mp_context=get_context("spawn")) as pool,
    ):
        running = [pool.submit(check, *one, Path(scratch)) for one in wanted]
        try:
            for one in running:
                yield one.result()
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


class _Check:
    def __init__(self, world: World) -> None:
        self._folder = folder = world.folder
        self._world = world
        self._truth = self._world.truth
        told = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
        sim = self._world.simulation
        self._now = self._world.now
        self._start = sim.clock.start
        self._onset = instant(told["onset"]) if told["onset"] else self._now - timedelta(minutes=30)

    def problems(self) -> Iterator[str]:
        """One line each."""
        yield from self._leaks()
        if self._truth.outcome == "no_fault":
            yield from self._quiet()
            return
        yield from self._visible()
        if self._truth.far:
            yield from self._far()
        symptom = self._truth.symptom
        if symptom is None:
            yield "no symptom is named"
            return
        seen = self._seen(symptom)
        for remedy in self._truth.remedies:
            healed = self._after(remedy, symptom, _WAIT)
            if not seen.recedes(symptom, healed) and not seen.recedes(symptom, self._after(remedy, symptom, _LONGER)):
                yield f"{_say(remedy)} does not mend it: {seen.before:.3g} → {seen.after:.3g} → {healed:.3g}"
        for wrong in self._truth.worse:
            left = self._after(wrong, symptom, _LONGER)
            if seen.recedes(symptom, left):
                yield f"{_say(wrong)} mends it: {seen.before:.3g} → {seen.after:.3g} → {left:.3g}"

    def _visible(self) -> Iterator[str]:
        for signal in (s for s in (self._truth.symptom, *self._truth.evidence) if s is not None):
            seen = self._seen(signal)
            if not seen.shows(signal):
                told = f"{seen.before:.3g} → {seen.after:.3g}, wanted {signal.way} by {signal.by:g}"
                yield f"{_name(signal)} does not show: {told}"

    def _far(self) -> Iterator[str]:
        """The first alert that the fault can have raised is of a service two calls or more away."""
        lines = (self._folder / "alert_history.jsonl").read_text(encoding="utf-8").splitlines()
        away = _away(self._world.simulation.blueprint.pages, self._truth.services)
        # Noise began long before the onset. What a service without a way to the fault says is chance.
        raised = [
            (instant(alert["startsAt"]), away[alert["labels"]["service"]], alert["labels"])
            for alert in map(json.loads, lines)
            if instant(alert["startsAt"]) >= self._onset and alert["labels"]["service"] in away
        ]
        if not raised:
            yield "no alert tells of the fault"
            return
        # Of those that began at once, the nearest is what counts.
        _, calls, labels = min(raised, key=lambda one: one[:2])
        if calls < _FAR:
            yield f"{labels['alertname']} of {labels['service']} fires first, {calls} of at least {_FAR} calls away"

    def _seen(self, signal: Signal) -> Seen:
        before = look(self._folder, signal, self._start + timedelta(minutes=5), self._onset - timedelta(minutes=1))
        # What happens now and then is looked for in all of the time since.
        since = self._onset if signal.what == "event" else self._now - self._later()
        after = look(self._folder, signal, since, self._now)
        return Seen(before, after)

    def _later(self) -> timedelta:
        """The time before the question; not longer than the fault is old."""
        return min(_LATE, max(self._now - self._onset, timedelta(minutes=3)))

    def _quiet(self) -> Iterator[str]:
        """Nothing that customers would notice is worse than it was."""
        edge = self._world.simulation.blueprint.edge
        for signal in (Signal("errors", edge, least=0.015, by=2.0), Signal("latency", edge, least=0.15, by=1.6)):
            seen = self._seen(signal)
            if seen.shows(signal):
                yield f"{_name(signal)} shows in a world without a fault: {seen.before:.3g} → {seen.after:.3g}"

    def _after(self, actions: Sequence[Action], signal: Signal, minutes: float) -> float:
        """The signal at the end of that time, in a world of which nobody else knows."""
        aside = self._folder.with_name(f"{self._folder.name}-{abs(hash((_say(actions), minutes)))}")
        aside.mkdir()
        try:
            for file in self._folder.iterdir():
                if file.name in ("remote.git", "changes.jsonl", "world.json"):
                    (shutil.copytree if file.is_dir() else shutil.copy)(file, aside / file.name)
            world = copy.deepcopy(self._world)
            world.folder = aside
            for action in actions:
                world.apply(action)
            world.advance(minutes)
            now = world.now
            return look(aside, signal, now - _JUDGED, now)
        finally:
            shutil.rmtree(aside, ignore_errors=True)

    def _leaks(self) -> Iterator[str]:
        """Nothing in the folder outside `truth.json` says what the cause is."""
        truth = json.dumps(asdict(replace(self._truth, symptom=None, evidence=(), remedies=(), worse=())))
        for file in sorted(self._folder.rglob("*.json*")):
            if file.name == "truth.json" or ".git" in str(file.relative_to(self._folder)):
                continue
            text = file.read_text(encoding="utf-8")
            for sentence in re.findall(r'"([^"]{40,})"', truth):
                if sentence in text:
                    yield f"{file.name} holds a sentence of the truth: {sentence}"


def _away(pages: Sequence[Page], faulty: Collection[str]) -> dict[str, int]:
    """Calls from each service to the nearest faulty one; those from which no call leads there are left out."""
    callers: defaultdict[str, set[str]] = defaultdict(set)
    calls: list[Call] = [page.call for page in pages]
    while calls:
        call = calls.pop()
        calls += call.children
        for child in call.children:
            callers[child.service].add(call.service)
    found = dict.fromkeys(faulty, 0)
    wave = list(faulty)
    while wave:
        name = wave.pop(0)
        for caller in callers[name] - found.keys():
            found[caller] = found[name] + 1
            wave.append(caller)
    return found


def _say(actions: Sequence[Action]) -> str:
    return " and ".join(" ".join(str(value) for value in action.values()) for action in actions)


def _name(signal: Signal) -> str:
    return " ".join(part for part in (signal.what, signal.service, signal.name) if part)
