"""What the repository says should run, and the files that say it: ``deploy/``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from string import Template
from typing import Any

from aisre_nb.sandbox.blueprint import Blueprint
from aisre_nb.sandbox.services import Service
from aisre_nb.sandbox.settings import fits

_TEMPLATES = Path(__file__).parents[1] / "shop"
_MOST = 50
"""Replicas, as many as the cluster takes."""


@dataclass
class Desired:
    """Versions, replicas and settings by service, and flags."""

    versions: dict[str, str] = field(default_factory=dict)
    replicas: dict[str, int] = field(default_factory=dict)
    settings: dict[str, dict[str, str]] = field(default_factory=dict)
    flags: dict[str, float] = field(default_factory=dict)


def desired_at_first(blueprint: Blueprint) -> Desired:
    """What the repository says before anything is changed."""
    return Desired(
        {service.name: service.version for service in blueprint.services},
        {service.name: service.replicas for service in blueprint.services},
        blueprint.first_settings(),
        dict(blueprint.flags),
    )


def files(blueprint: Blueprint, desired: Desired) -> dict[str, str]:
    """Texts by path."""
    found = {"deploy/flags.yaml": _flags(desired.flags)}
    for service in blueprint.services:
        found[f"deploy/{service.name}.yaml"] = _deployment(service, desired)
    for name, settings in desired.settings.items():
        own = {key: value for key, value in settings.items() if key.isupper()}
        if name in blueprint.jobs:
            found[f"deploy/cronjobs/{name}.yaml"] = _job(name, own)
        elif own:
            found[f"deploy/config/{name}.yaml"] = _config(name, own)
    return found


def path_of(blueprint: Blueprint, service: str, key: str) -> str:
    """The file in which a setting stands."""
    if service in blueprint.jobs:
        return f"deploy/cronjobs/{service}.yaml"
    return f"deploy/config/{service}.yaml" if key.isupper() else f"deploy/{service}.yaml"


def read(blueprint: Blueprint, texts: Mapping[str, str]) -> Desired:
    """What these files say. What is missing or cannot be read is as it was at first."""
    found = desired_at_first(blueprint)
    for service in blueprint.services:
        for document in _documents(texts.get(f"deploy/{service.name}.yaml", "")):
            _read_deployment(service.name, document, found)
    for name, settings in found.settings.items():
        for document in _documents(texts.get(path_of(blueprint, name, "X"), "")):
            if name in blueprint.jobs:
                spec = _below(document, "spec")
                settings["SCHEDULE"] = str(spec.get("schedule", ""))
                settings["SUSPEND"] = str(spec.get("suspend", False)).lower()
            else:
                settings |= {str(k): str(v) for k, v in _below(document, "data").items()}
    for name, first in blueprint.first_settings().items():
        for key, value in first.items():
            if not fits(value, found.settings[name][key]):
                found.settings[name][key] = value
    for document in _documents(texts.get("deploy/flags.yaml", "")):
        percents = {str(k): _number(v, 100) for k, v in _below(document, "data").items()}
        found.flags |= {name: percent for name, percent in percents.items() if percent is not None}
    return found


def _documents(text: str) -> list[dict[str, Any]]:
    import yaml

    try:
        return [document for document in yaml.safe_load_all(text) if isinstance(document, dict)]
    except yaml.YAMLError:
        return []


def _below(document: Mapping[str, Any], *path: str) -> dict[str, Any]:
    """What stands there; nothing where it is no mapping."""
    found: Any = document
    for name in path:
        found = found.get(name) if isinstance(found, Mapping) else None
    return found if isinstance(found, dict) else {}


def _number(value: Any, most: float) -> float | None:
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if 0 <= number <= most else None


def _read_deployment(name: str, document: Mapping[str, Any], found: Desired) -> None:
    spec, settings = _below(document, "spec"), found.settings[name]
    if document.get("kind") == "HorizontalPodAutoscaler":
        settings["autoscaling.max"] = str(spec.get("maxReplicas", settings.get("autoscaling.max", "0")))
        return
    replicas = _number(spec.get("replicas"), _MOST)
    found.replicas[name] = found.replicas[name] if replicas is None else int(replicas)
    containers = _below(spec, "template", "spec").get("containers")
    for container in containers if isinstance(containers, list) else []:
        if not isinstance(container, dict):
            continue
        found.versions[name] = str(container.get("image", "")).rpartition(":")[2] or found.versions[name]
        limits = _below(container, "resources", "limits")
        settings["resources.cpu"] = str(limits.get("cpu", settings["resources.cpu"]))
        settings["resources.memory"] = str(limits.get("memory", settings["resources.memory"]))
        settings["readinessProbe.path"] = str(_below(container, "readinessProbe", "httpGet").get("path", "/healthz"))
        settings["livenessProbe.timeoutSeconds"] = str(_below(container, "livenessProbe").get("timeoutSeconds", "5"))


def _deployment(service: Service, desired: Desired) -> str:
    settings = desired.settings[service.name]
    text = Template((_TEMPLATES / "manifest.yaml").read_text(encoding="utf-8")).substitute(
        service=service.name,
        team=service.team,
        replicas=desired.replicas[service.name],
        version=desired.versions[service.name],
        cpu=service.cpu,
        memory=service.memory,
        cpu_limit=settings["resources.cpu"],
        memory_limit=settings["resources.memory"],
        readiness=settings["readinessProbe.path"],
        liveness=settings["livenessProbe.timeoutSeconds"],
    )
    if "autoscaling.max" in settings:
        text += Template((_TEMPLATES / "autoscaler.yaml").read_text(encoding="utf-8")).substitute(
            service=service.name, least=min(2, service.replicas), most=settings["autoscaling.max"]
        )
    return text


def _config(name: str, settings: Mapping[str, str]) -> str:
    lines = "".join(f'  {key}: "{value}"\n' for key, value in sorted(settings.items()))
    return f"apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {name}-settings\n  namespace: shop\ndata:\n{lines}"


def _flags(flags: Mapping[str, float]) -> str:
    lines = "".join(f'  {name}: "{percent:g}"\n' for name, percent in sorted(flags.items()))
    head = "# Percent of the requests for which each flag is on; read anew every 15 seconds.\n"
    return f"{head}apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: flags\n  namespace: shop\ndata:\n{lines}"


def _job(name: str, settings: Mapping[str, str]) -> str:
    return Template((_TEMPLATES / "cronjob.yaml").read_text(encoding="utf-8")).substitute(
        name=name, schedule=settings["SCHEDULE"], suspend=settings["SUSPEND"]
    )
