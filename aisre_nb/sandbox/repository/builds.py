"""What the shop's CI makes of a merge: which services are built, as which version, and what they then do."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from aisre_nb.sandbox.blueprint import Blueprint
from aisre_nb.sandbox.engine.effects import Breaks
from aisre_nb.sandbox.engine.when import When
from aisre_nb.sandbox.repository.trial import Trial
from aisre_nb.sandbox.simulation import Simulation, effect_of, means


def changed(blueprint: Blueprint, before: Mapping[str, str], texts: Mapping[str, str]) -> list[str]:
    """Services whose source differs; tests and what stands beside the packages make no new version."""
    found = []
    for service in blueprint.services:
        root = f"services/{service.name}/"
        own = {path for path in {*before, *texts} if path.startswith(root) and "/tests/" not in path}
        if any(before.get(path) != texts.get(path) for path in own):
            found.append(service.name)
    return found


def next_version(service: str, tags: Collection[str], running: str) -> str:
    """The newest that there is, with one added to its last part."""
    named = [tag.removeprefix(f"{service}-") for tag in tags if tag.startswith(f"{service}-")]
    newest = _parts(max(named, key=_parts, default=running))
    return ".".join(map(str, (*newest[:-1], newest[-1] + 1)))


def bumped(text: str, service: str, version: str) -> str:
    """A manifest with another image of its service."""
    return "".join(
        f"{line[: line.rindex(':') + 1]}{version}\n"
        if line.strip().startswith("image:") and f"/{service}:" in line
        else line
        for line in text.splitlines(keepends=True)
    )


def put_in(sim: Simulation, service: str, version: str, trial: Trial) -> None:
    """From now on pods of this version do what the trial showed: nothing, harm, or they do not begin."""
    when = When(service=service, versions=(version,), zero=float(sim.seconds))
    engine = sim.engine
    if trial.broken:
        message = f"Back-off restarting failed container {service}: {trial.broken}"
        stop = Breaks(service, when=when, reason="CrashLoopBackOff", message=message)
        engine.cluster.breaks = (*engine.cluster.breaks, stop)
    for number, said in trial.said.items():
        coded = replace(sim.plan.coded[number], version=version)
        effect = effect_of(coded, sim.names, said)
        if effect is not None:
            engine.effects.append(replace(effect, when=replace(effect.when, zero=float(sim.seconds))))
            engine.means = means(engine.effects, sim.known, sim.chance)
            engine.recompile()


def without_image(sim: Simulation, service: str, version: str) -> None:
    """Nobody ever built this version, so its pods wait for an image."""
    message = f'Back-off pulling image "registry.shop.example/{service}:{version}": not found'
    stop = Breaks(service, when=When(service=service, versions=(version,)), message=message)
    sim.engine.cluster.breaks = (*sim.engine.cluster.breaks, stop)


def _parts(version: str) -> tuple[int, ...]:
    return tuple(int(part) if part.isdigit() else 0 for part in version.split(".")) or (0,)
