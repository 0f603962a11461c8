"""A world in its folder: made, opened again, advanced, and acted on."""

from __future__ import annotations

import json
import math
import os
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from aisre_nb.errors import UsageError
from aisre_nb.sandbox import actions, alerts, changes, gitops, incidents, kubernetes
from aisre_nb.sandbox.actions import Preview
from aisre_nb.sandbox.blueprint import Blueprint
from aisre_nb.sandbox.clock import STEP
from aisre_nb.sandbox.engine.engine import Operation
from aisre_nb.sandbox.remote import Remote
from aisre_nb.sandbox.repository import write_repository
from aisre_nb.sandbox.scenario import Truth
from aisre_nb.sandbox.simulation import Simulation, coded_effect, means
from aisre_nb.sandbox.telemetry import Progress, Telemetry, Troubles
from aisre_nb.times import rfc3339

_SOON = 2.0
"""Seconds from an action to the first thing that happens."""


@dataclass(frozen=True)
class Applied:
    """An action that was taken."""

    text: str
    at: datetime
    undo: Mapping[str, Any] | None


class World:
    """A simulated shop that answers: ``World.open(folder)`` after `make`, then `apply` and `advance`."""

    def __init__(self, sim: Simulation, folder: Path, troubles: Troubles) -> None:
        self._sim = sim
        self._telemetry = Telemetry(sim, troubles)
        self._troubles = troubles
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
        self._changes = told
        self._rewrite()
        incidents.write(self.folder, sim, self._telemetry.alerts())
        _json(self.folder / "truth.json", self._truth())

    @classmethod
    def open(cls, folder: Path) -> World:
        """The world of a case folder, as it was left. Raises `UsageError` for a folder that is none."""
        from aisre_nb.sandbox.make import begin_world

        folder = folder.expanduser().absolute()
        try:
            told = json.loads((folder / "world.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            raise UsageError(
                f"{folder} is no world of the sandbox", "make one: aisre-nb sandbox make NAME --out FOLDER"
            ) from None
        world = begin_world(
            told["scenario"], told["seed"], folder, hard=told["hard"], names=told["names"],
            versions=tuple(told["versions"]) if told["versions"] else None, per_second=told["per_second"],
            hours=told["hours"], troubles=Troubles(**told["troubles"]),
        )  # fmt: skip
        world._again(told)
        return world

    def _again(self, told: Mapping[str, Any]) -> None:
        """Simulate once more what is in the folder already; nothing of it is written."""
        waiting = list(told["actions"])
        remote = Remote(self.folder)
        with tempfile.TemporaryDirectory(prefix="aisre-world-") as scratch:
            for end in told["windows"]:
                while waiting and waiting[0]["at"] <= self._sim.now:
                    self._redo(waiting.pop(0), remote)
                self._telemetry.window(
                    end, lambda table: Path(scratch) / table, lambda text, fraction: None, kept=False
                )
                self._windows.append(end)
        for action in waiting:
            self._redo(action, remote)
        self._followed = told["followed"]
        self._changes = [json.loads(line) for line in (self.folder / "changes.jsonl").read_text().splitlines()]

    def _redo(self, action: Mapping[str, Any], remote: Remote) -> None:
        told = {k: v for k, v in action.items() if k != "at"}
        if told["action"] == "follow":
            self._follow(told["commit"], remote.files(told["commit"]), dict(told["built"]))
        else:
            self._do(told, actions.preview(told, self._sim.engine.cluster, self._sim.now))
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
        self._tell(seen.change)
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
        """Roll out what main says since it was followed last; whether there was anything."""
        self._mend()
        remote = Remote(self.folder)
        head = remote.head()
        if head == self._followed:
            return False
        texts = remote.files(head)
        built = self._built(texts, remote)
        if built:
            files = {
                f"deploy/{name}.yaml": _bumped(texts[f"deploy/{name}.yaml"], name, version)
                for name, version in built.items()
            }
            told = ", ".join(f"{name} {version}" for name, version in sorted(built.items()))
            first = next(iter(sorted(built.items())))
            head = remote.write(files, f"deploy: {told}\n", "-".join(first), self.now)
            texts |= files
        self._follow(head, texts, built)
        self._done.append({"at": self._sim.now, "action": "follow", "commit": head, "built": built})
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

    def _built(self, texts: Mapping[str, str], remote: Remote) -> dict[str, str]:
        """Services whose source changed though their manifests name the same version: what CI builds of them."""
        before = remote.files(self._followed)
        found = {}
        for service in self._sim.blueprint.services:
            root = f"services/{service.name}/"
            changed = any(
                before.get(p) != texts.get(p) for p in {*before, *texts} if p.startswith(root) and "/tests/" not in p
            )
            same = before.get(f"deploy/{service.name}.yaml") == texts.get(f"deploy/{service.name}.yaml")
            if changed and same:
                versions = [
                    t.removeprefix(f"{service.name}-") for t in remote.tags() if t.startswith(f"{service.name}-")
                ]
                newest = max(versions, key=_parts, default=service.version)
                found[service.name] = ".".join(map(str, (*_parts(newest)[:-1], _parts(newest)[-1] + 1)))
        return found

    def _follow(self, commit: str, texts: Mapping[str, str], built: Mapping[str, str]) -> None:
        """Roll out the difference between what runs and what these files say."""
        sim = self._sim
        cluster, at = sim.engine.cluster, float(sim.now) + _SOON + 20.0
        wanted = gitops.read(sim.blueprint, texts)
        for service, version in built.items():
            self._probe(service, version, texts)
        for service in cluster.pods:
            changed = {k: v for k, v in wanted.settings[service].items() if cluster.settings[service].get(k) != v}
            version = wanted.versions[service]
            for key, value in changed.items():
                cluster.log.append((at, {"action": "set_config", "service": service, "key": key, "value": value}))
                before = cluster.settings[service].get(key, "")
                self._tell(
                    {
                        "kind": "config",
                        "service": service,
                        "title": f"Set {key} of {service}",
                        "from": before,
                        "to": value,
                    },
                    commit,
                )
            live = service in sim.blueprint.live or set(changed) == {"autoscaling.max"}
            if version != cluster.versions[service]:
                told = {"kind": "deployment", "service": service, "title": f"Deploy {service} {version}"}
                self._tell(told | {"from": cluster.versions[service], "to": version}, commit)
                cluster.log.append((at, {"action": "rollback", "service": service, "to": version}))
            if version != cluster.versions[service] or (changed and not live):
                cluster.rollout(service, at, version=version, changed=changed)
            else:
                cluster.settings[service] |= changed
            if wanted.replicas[service] != cluster.replicas[service]:
                cluster.scale(service, at, wanted.replicas[service])
        for name in set(cluster.settings) - set(cluster.pods):
            for key, value in wanted.settings[name].items():
                if cluster.settings[name].get(key) != value:
                    cluster.settings[name][key] = value
                    cluster.log.append((at, {"action": "set_config", "service": name, "key": key, "value": value}))
        for flag, percent in wanted.flags.items():
            if cluster.flags.get(flag) != percent:
                cluster.flags[flag] = percent
                cluster.log.append((at, {"action": "set_flag", "flag": flag, "percent": percent}))

    def _probe(self, service: str, version: str, texts: Mapping[str, str]) -> None:
        """Run new source: where it does what the faulty one did, its version is faulty too."""
        sim = self._sim
        for coded in sim.plan.coded:
            if sim.names.text(coded.service) != service:
                continue
            effect = coded_effect(replace(coded, version=version), sim.names, texts)
            if effect is not None:
                sim.engine.effects.append(replace(effect, when=replace(effect.when, zero=float(sim.seconds))))
                sim.engine.means = means(sim.engine.effects, sim.known, sim.chance)
                sim.engine.recompile()

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
                _add_part(self.folder / f"{table}.parquet", unfinished, made)
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
        _json(self.folder / "alerts.json", alerts.as_alertmanager(firing, sim.clock, now, self._silenced))
        _text(self.folder / "alert_history.jsonl", alerts.as_history(every, sim.clock))
        if len(self._windows) == 1:
            self._changes += self._events(0.0)
        rows = sorted(self._changes, key=lambda change: str(change["time"]))
        _text(self.folder / "changes.jsonl", "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))
        _json(self.folder / "kubernetes.json", kubernetes.objects(sim))
        self._keep()
        _json(self.folder / "manifest.json", self._manifest())

    def _silenced(self, labels: Mapping[str, str]) -> list[str]:
        found = []
        for n, (at, told) in enumerate(self._silences):
            lasts = at + float(told.get("minutes", 60)) * 60 > self._sim.now
            if lasts and all(labels.get(str(k)) == str(v) for k, v in told["matchers"].items()):
                found.append(f"silence-{n + 1}")
        return found

    def _tell(self, change: Mapping[str, Any], commit: str = "") -> None:
        if not change:
            return
        told = {
            "time": rfc3339(self.now),
            **change,
            "attributes": {"commit": commit, "author": "pull request"} if commit else {},
        }
        self._changes.append(told)
        rows = sorted(self._changes, key=lambda row: str(row["time"]))
        if (self.folder / "changes.jsonl").exists():
            _text(self.folder / "changes.jsonl", "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))

    def _keep(self) -> None:
        """What opens this world again."""
        sim = self._sim
        told = {
            "scenario": sim.scenario.name,
            "seed": sim.seed,
            "hard": sim.hard,
            "names": sim.names.renamed,
            "versions": list(sim.versions) if sim.versions else None,
            "per_second": sim.asked_per_second,
            "hours": sim.seconds / 3600,
            "troubles": asdict(self._troubles),
            "windows": self._windows,
            "actions": self._done,
            "followed": self._followed,
        }
        _json(self.folder / "world.json", told)

    def _manifest(self) -> dict[str, Any]:
        sim = self._sim
        return {
            "name": sim.names.text(sim.scenario.name),
            "question": sim.names.text(sim.scenario.question),
            "start": rfc3339(sim.clock.start),
            "end": rfc3339(self.now),
            "now": rfc3339(self.now),
            "seed": sim.seed,
        }

    def _truth(self) -> dict[str, Any]:
        """`Truth` as JSON, with what the simulation found out."""
        sim, truth = self._sim, self._sim.plan.truth
        found: dict[str, Any] = {
            "outcome": truth.outcome,
            "services": list(truth.services),
            "kind": truth.kind,
            "change": truth.change,
            "onset": None,
            "difficulty": "hard" if sim.hard else "easy",
            "symptom": asdict(truth.symptom) if truth.symptom else None,
            "evidence": [asdict(signal) for signal in truth.evidence],
            "remedies": [list(map(dict, remedy)) for remedy in truth.remedies],
            "worse": [list(map(dict, remedy)) for remedy in truth.worse],
            "path": list(truth.path),
            **truth.more,
        }
        found = sim.names.of(found)
        onset = self._telemetry.onset
        if onset is None and sim.plan.onset is not None:
            onset = sim.seconds - sim.plan.onset * 60
        if onset is not None:
            found["onset"] = rfc3339(sim.clock.instant(onset))
        for raised in sim.raised[:1]:
            service = found["services"][0]
            found |= {"file": f"services/{service}/{raised.file.removeprefix('/app/')}", "line": raised.line}
        return found


def _parts(version: str) -> tuple[int, ...]:
    return tuple(int(part) if part.isdigit() else 0 for part in version.split(".")) or (0,)


def _bumped(text: str, service: str, version: str) -> str:
    lines = text.splitlines(keepends=True)
    return "".join(
        f"{line[: line.rindex(':') + 1]}{version}\n"
        if line.strip().startswith("image:") and f"/{service}:" in line
        else line
        for line in lines
    )


def _add_part(table: Path, fresh: Path, number: int) -> None:
    """Put one more part beside those that there are; a table that was a file becomes a folder."""
    if table.is_file():
        folder = table.with_name(f".{table.name}.folder")
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        os.link(table, folder / "part-00000.parquet")
        aside = table.with_name(f".{table.name}.before")
        table.rename(aside)
        folder.rename(table)
        aside.unlink()
    table.mkdir(exist_ok=True)
    fresh.rename(table / f"part-{number:05}.parquet")


def _text(file: Path, text: str) -> None:
    """Whole or not at all."""
    unfinished = file.with_name(f".{file.name}.unfinished")
    unfinished.write_text(text, encoding="utf-8")
    unfinished.replace(file)


def _json(file: Path, data: Any) -> None:
    _text(file, json.dumps(data, indent=1, ensure_ascii=False) + "\n")
