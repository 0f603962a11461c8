"""A world in its folder: made, opened again, advanced, and acted on."""

from __future__ import annotations

import json
import math
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from aisre_nb.errors import UsageError
from aisre_nb.sandbox import actions, case_texts, changes, incidents, kubernetes
from aisre_nb.sandbox.actions import Preview
from aisre_nb.sandbox.asked import Asked
from aisre_nb.sandbox.blueprint import Blueprint
from aisre_nb.sandbox.case_files import add_part, read_rows, write_json, write_rows, write_text
from aisre_nb.sandbox.clock import STEP
from aisre_nb.sandbox.engine.engine import Operation
from aisre_nb.sandbox.repository import builds, gitops
from aisre_nb.sandbox.repository.remote import Remote
from aisre_nb.sandbox.repository.rollout import roll_out
from aisre_nb.sandbox.repository.trial import Trial, tried
from aisre_nb.sandbox.repository.written import write_repository
from aisre_nb.sandbox.scenario import Truth
from aisre_nb.sandbox.simulation import Simulation
from aisre_nb.sandbox.telemetry import alerts
from aisre_nb.sandbox.telemetry.windows import Progress, Telemetry
from aisre_nb.times import rfc3339

_SOON = 2.0
"""Seconds from an action to the first thing that happens."""
_LONGEST = 14 * 86400
"""Seconds that a world may have lived when it is opened: it is lived through once more."""


@dataclass(frozen=True)
class Applied:
    """An action that was taken."""

    text: str
    at: datetime
    undo: Mapping[str, Any] | None


class World:
    """A simulated shop that answers: ``World.open(folder)`` after `make`, then `apply` and `advance`."""

    def __init__(self, asked: Asked, folder: Path) -> None:
        self._asked = asked
        self._sim = asked.begin()
        self._telemetry = Telemetry(self._sim, asked.troubles)
        self.folder = folder
        self._done: list[dict[str, Any]] = []
        """Actions so far: what, and ``at``, seconds."""
        self._windows: list[int] = []
        """Where each window of telemetry ended, seconds."""
        self._followed = ""
        """The commit of main that the cluster runs."""
        self._changes: list[dict[str, Any]] = []
        self._silences: list[tuple[float, Mapping[str, Any]]] = []
        self._torn = False
        """Whether time was interrupted, so that what is simulated is ahead of the folder."""

    @property
    def now(self) -> datetime:
        """The simulated instant up to which there is telemetry."""
        return self._sim.clock.instant(self._sim.now)

    @property
    def simulation(self) -> Simulation:
        """What is simulated, for tests and plots."""
        return self._sim

    @property
    def truth(self) -> Truth:
        """What is true."""
        return self._sim.plan.truth

    # -- making and opening

    def write(self, progress: Progress) -> None:
        """Simulate the history before the question and write all of the case folder."""
        sim = self._sim
        progress("writing the repository", 0.02)
        committed = write_repository(self.folder, sim.commits, sim.question, sim.names)
        self._followed = Remote(self.folder).head()
        self._simulate(sim.seconds, progress)
        told = changes.planned(sim.plan, Blueprint(), committed, sim.question, sim.names)
        stream = sim.chance.stream("changes")
        told += sim.names.of(changes.others(sim.question, sim.scaled, stream, flags=not sim.plan.flags))
        self._changes = told + self._events(0.0)
        self._rewrite()
        incidents.write(self.folder, sim, self._telemetry.alerts())
        write_json(self.folder / "truth.json", case_texts.truth(sim, self._telemetry.onset))

    @classmethod
    def open(cls, folder: Path) -> World:
        """The world of a case folder, as it was left; nothing in it is written or run.

        Raises `UsageError` for a folder that is none.
        """
        folder = folder.expanduser().absolute()
        try:
            told = json.loads((folder / "world.json").read_text(encoding="utf-8"))
            asked, windows = Asked.read(told), [int(end) for end in told["windows"]]
            if windows != sorted(set(windows)) or windows[-1] > _LONGEST:
                raise ValueError("windows")
            left = [dict(action) | {"at": int(action["at"])} for action in told["actions"]]
            followed = str(told["followed"])
        except (OSError, ValueError, KeyError, TypeError, IndexError, AttributeError):
            raise UsageError(
                f"{folder} is no world of the sandbox", "make one: aisre-nb sandbox make NAME --out FOLDER"
            ) from None
        world = cls(asked, folder)
        world._again(left, windows)
        world._followed = followed
        return world

    def _again(self, waiting: list[dict[str, Any]], windows: Iterable[int]) -> None:
        """Simulate once more what is in the folder already; nothing of it is written."""
        remote = Remote(self.folder)
        with tempfile.TemporaryDirectory(prefix="aisre-world-") as scratch:
            for end in windows:
                while waiting and waiting[0]["at"] <= self._sim.now:
                    self._redo(waiting.pop(0), remote)
                self._telemetry.window(
                    end, lambda table: Path(scratch) / table, lambda text, fraction: None, kept=False
                )
                self._windows.append(end)
        for action in waiting:
            self._redo(action, remote)
        self._changes = read_rows(self.folder / "changes.jsonl")

    def _redo(self, action: Mapping[str, Any], remote: Remote) -> None:
        told = {k: v for k, v in action.items() if k != "at"}
        if told.get("action") != "follow":
            self._do(told, actions.preview(told, self._sim.engine.cluster, self._sim.now))
        else:
            try:
                trials = {(str(s), str(v)): Trial.read(found) for s, v, found in told["trials"]}
                without, commit = [(str(s), str(v)) for s, v in told["without_image"]], str(told["commit"])
            except (KeyError, TypeError, ValueError):
                raise UsageError("world.json does not say what was followed", "make the world anew") from None
            self._roll_out(remote.files(commit), trials, without)
        self._done.append(dict(action))

    # -- what may be asked of it

    def actions(self) -> tuple[str, ...]:
        """The names of all actions."""
        return actions.NAMES

    def preview(self, action: Mapping[str, Any]) -> Preview:
        """What an action would do now. Raises `UsageError` for one that cannot be done."""
        self._mend()
        if action.get("action") == "merge":
            rows = (("main", self._followed[:12], "with the branch merged"),)
            return Preview(f"Merge {action.get('branch', 'main')}", "repository", rows, None, lambda c, t: None, {})
        return actions.preview(action, self._sim.engine.cluster, self._sim.now)

    def apply(self, action: Mapping[str, Any]) -> Applied:
        """Take an action now; it shows while time passes. Raises `UsageError` for one that cannot be done."""
        self._mend()
        if action.get("action") == "merge":
            return self._merge(action)
        seen = self.preview(action)
        told = dict(action)
        self._do(told, seen)
        self._done.append({"at": self._sim.now, **told})
        self._tell([seen.change] if seen.change else [])
        self._keep()
        return Applied(seen.title, self.now, seen.undo)

    def advance(self, minutes: float, progress: Progress | None = None) -> None:
        """Let time pass (rounded up to half minutes); main is followed first. New telemetry is in the folder."""
        if not 0 < minutes <= 24 * 60:
            raise UsageError(f"{minutes:g} minutes cannot pass at once", "more than 0, at most a day")
        self.follow()
        steps = max(math.ceil(minutes * 60 / STEP - 1e-6), 1)
        self._simulate(self._sim.now + steps * STEP, progress or (lambda text, fraction: None))
        self._changes += self._events(float(self._windows[-2]))
        self._rewrite()

    def follow(self) -> bool:
        """Roll out what main says since it was followed last; whether there was anything.

        Source that was merged is built and run, in a process of its own (`trial.py`): what it does is what its pods do.
        """
        self._mend()
        remote = Remote(self.folder)
        head = remote.head()
        if head == self._followed:
            return False
        texts, tags = remote.files(head), remote.tags()
        cluster, wanted = self._sim.engine.cluster, gitops.read(self._sim.blueprint, texts).versions
        fresh = builds.changed(self._sim.blueprint, remote.files(self._followed), texts)
        known = {(s, r.version) for s, every in cluster.revisions.items() for r in every}
        unknown = {
            s: v for s, v in wanted.items() if s in cluster.pods and (s, v) not in known and f"{s}-{v}" not in tags
        }
        built = {s: builds.next_version(s, tags, v) for s in fresh if (v := wanted[s]) == cluster.versions[s]}
        named = {s: v for s, v in unknown.items() if s in fresh}
        trials = {(s, v): tried(self._asked, s, texts) for s, v in sorted((built | named).items())}
        if built:
            files = {f"deploy/{s}.yaml": builds.bumped(texts[f"deploy/{s}.yaml"], s, v) for s, v in built.items()}
            told = ", ".join(f"{s} {v}" for s, v in sorted(built.items()))
            head = remote.write(files, f"deploy: {told}\n", "-".join(min(built.items())), self.now)
            texts |= files
        without = sorted((s, v) for s, v in unknown.items() if s not in named)
        self._tell(self._roll_out(texts, trials, without), head)
        kept = [[s, v, trial.told()] for (s, v), trial in trials.items()]
        self._done.append(
            {"at": self._sim.now, "action": "follow", "commit": head, "trials": kept, "without_image": without}
        )
        self._followed = head
        self._keep()
        return True

    # -- how

    def _mend(self) -> None:
        """After an interrupt, begin again from what the folder holds."""
        if self._torn:
            vars(self).update(vars(World.open(self.folder)))

    def _merge(self, action: Mapping[str, Any]) -> Applied:
        branch = action.get("branch")
        if branch:
            Remote(self.folder).merge(str(branch), self.now)
        moved = self.follow()
        return Applied("The cluster follows main" if moved else "main has not moved", self.now, None)

    def _do(self, told: Mapping[str, Any], seen: Preview) -> None:
        at = self._sim.now + _SOON
        self._sim.engine.operations.append(Operation(at, seen.do))
        self._sim.engine.cluster.log.append((at, dict(told)))
        if told["action"] == "silence":
            self._silences.append((at, told))
        # What is asked next must see it: time does not pass, but the decision is taken.
        self._sim.engine.take(at)

    def _roll_out(
        self, texts: Mapping[str, str], trials: Mapping[tuple[str, str], Trial], without: Iterable[tuple[str, str]]
    ) -> list[dict[str, Any]]:
        for (service, version), trial in trials.items():
            builds.put_in(self._sim, service, version, trial)
        for service, version in without:
            builds.without_image(self._sim, service, version)
        return roll_out(self._sim, gitops.read(self._sim.blueprint, texts))

    def _simulate(self, until: int, progress: Progress) -> None:
        made = len(self._windows)
        fresh: list[tuple[Path, str]] = []

        def part(table: str) -> Path:
            file = self.folder / f"{table}.parquet"
            if not made:
                return file
            unfinished = self.folder / f".{table}.{made:05}.parquet"
            fresh.append((unfinished, table))
            return unfinished

        self._torn = True
        try:
            self._telemetry.window(until, part, progress)
            for unfinished, table in fresh:
                add_part(self.folder / f"{table}.parquet", unfinished, made)
        finally:
            for unfinished, _ in fresh:
                unfinished.unlink(missing_ok=True)
        self._windows.append(until)
        self._torn = False

    def _events(self, since: float) -> list[dict[str, Any]]:
        return changes.of_events(self._sim.engine.cluster.events_until(self._sim.now), since, self._sim.clock.start)

    def _rewrite(self) -> None:
        """The files that are written anew each time: alerts, changes, objects of Kubernetes, the manifest."""
        sim, now = self._sim, float(self._sim.now)
        every = self._telemetry.alerts()
        firing = [alert for alert in every if alert.ended is None]
        write_json(self.folder / "alerts.json", alerts.as_alertmanager(firing, sim.clock, now, self._silenced))
        write_text(self.folder / "alert_history.jsonl", alerts.as_history(every, sim.clock))
        self._tell([])
        write_json(self.folder / "kubernetes.json", kubernetes.objects(sim))
        self._keep()
        write_json(self.folder / "manifest.json", case_texts.manifest(sim))

    def _silenced(self, labels: Mapping[str, str]) -> list[str]:
        found = []
        for n, (at, told) in enumerate(self._silences):
            lasts = at + float(told.get("minutes", 60)) * 60 > self._sim.now
            if lasts and all(labels.get(str(k)) == str(v) for k, v in told["matchers"].items()):
                found.append(f"silence-{n + 1}")
        return found

    def _tell(self, told: Iterable[Mapping[str, Any]], commit: str = "") -> None:
        """Add changes that were made now to those that are known, and write them all."""
        by = {"commit": commit, "author": "pull request"} if commit else {}
        self._changes += [{"time": rfc3339(self.now), **change, "attributes": by} for change in told]
        rows = sorted(self._changes, key=lambda change: str(change["time"]))
        write_rows(self.folder / "changes.jsonl", rows)

    def _keep(self) -> None:
        """What opens this world again."""
        left = {"windows": self._windows, "actions": self._done, "followed": self._followed}
        write_json(self.folder / "world.json", self._asked.told() | left)
