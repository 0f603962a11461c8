"""The types that ``[sources.NAME]`` may have: each a module of its own, imported when one is configured.

Such a module has ``OPTIONS``, a model on `Options`, and ``make(name, options, place)``, which gives an `Offer` or
raises an `AisreError`; it asks nothing of the network yet, but for a door, which says what is behind it.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aisre_nb.errors import ConfigurationError

if TYPE_CHECKING:
    from aisre_nb.sources.offer import Offer


@dataclass(frozen=True)
class Place:
    """Where a source is made."""

    base: Path
    """What relative paths start from."""
    environ: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True)
class Kind:
    """A type of source."""

    module: str
    environment: Mapping[str, str] = field(default_factory=dict)
    """By option: the variable that the system's own tools read it from. For an option that ends in ``_env`` the
    variable is named, not read."""


KINDS: Mapping[str, Kind] = {
    "folder": Kind("aisre_nb.sources.folder_source"),
    "git": Kind("aisre_nb.sources.git_source"),
    "prometheus": Kind(
        "aisre_nb.sources.prometheus.source",
        {
            "url": "PROMETHEUS_URL",
            "token_env": "PROMETHEUS_TOKEN",
            "username": "PROMETHEUS_USERNAME",
            "password_env": "PROMETHEUS_PASSWORD",
        },
    ),
    "alertmanager": Kind("aisre_nb.sources.alertmanager.source", {"url": "ALERTMANAGER_URL"}),
    "loki": Kind(
        "aisre_nb.sources.loki.source",
        {
            "url": "LOKI_ADDR",
            "username": "LOKI_USERNAME",
            "password_env": "LOKI_PASSWORD",
            "tenant": "LOKI_ORG_ID",
            "token_env": "LOKI_BEARER_TOKEN",
        },
    ),
    "tempo": Kind("aisre_nb.sources.tempo.source"),
    "jaeger": Kind("aisre_nb.sources.jaeger.source"),
    "opensearch": Kind("aisre_nb.sources.opensearch.source"),
    "elasticsearch": Kind("aisre_nb.sources.opensearch.source"),
    "grafana": Kind("aisre_nb.sources.grafana.source", {"url": "GRAFANA_URL"}),
    "clickhouse": Kind(
        "aisre_nb.sources.clickhouse.source",
        {"url": "CLICKHOUSE_URL", "username": "CLICKHOUSE_USER", "password_env": "CLICKHOUSE_PASSWORD"},
    ),
    "github": Kind("aisre_nb.sources.github"),
    "gitlab": Kind("aisre_nb.sources.gitlab"),
    "kubernetes": Kind("aisre_nb.sources.kubernetes"),
}


def checked(name: str, spec: Mapping[str, Any], place: Place) -> Callable[[], Offer]:
    """What makes the source. Raises `ConfigurationError` for a type that there is not, or wrong options."""
    # Settings are read at every cell and know the types; what checks them is loaded where there are some.
    from aisre_nb.sources.options import read

    where = f"[sources.{name}]"
    kind = KINDS.get(str(spec.get("type")))
    if kind is None:
        raise ConfigurationError(
            f"{where} has type {spec.get('type')!r}, which there is not", f"one of {', '.join(KINDS)}"
        )
    module = importlib.import_module(kind.module)
    options = read(module.OPTIONS, spec, where)

    def make() -> Offer:
        found: Offer = module.make(name, options, place)
        return found

    return make


def from_environment(environ: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """The sources that the environment names, as ``[sources.NAME]`` would: of each type that has its address there."""
    found: dict[str, dict[str, Any]] = {}
    for name, kind in KINDS.items():
        if not environ.get(kind.environment.get("url", ""), "").strip():
            continue
        spec = {
            option: variable if option.endswith("_env") else environ[variable].strip()
            for option, variable in kind.environment.items()
            if environ.get(variable, "").strip()
        }
        found[name] = {"type": name, **spec}
    return found
