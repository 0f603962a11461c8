"""Grafana's data sources, and which connector asks each of them through its proxy.

HTTP API as its documentation has it: ``GET /api/datasources`` lists them, ``/api/datasources/proxy/uid/UID/…`` passes a
request on. Of what is posted to Elasticsearch the proxy takes ``_msearch`` alone (github.com/grafana/grafana,
pkg/api/pluginproxy).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aisre_nb.errors import ConfigurationError
from aisre_nb.evidence.brief import cut
from aisre_nb.evidence.invisible import visible

TYPES: Mapping[str, str] = {
    "prometheus": "prometheus",
    "grafana-amazonprometheus-datasource": "prometheus",
    "grafana-azureprometheus-datasource": "prometheus",
    "victoriametrics-metrics-datasource": "prometheus",
    "loki": "loki",
    "tempo": "tempo",
    "jaeger": "jaeger",
    "elasticsearch": "elasticsearch",
    "grafana-opensearch-datasource": "opensearch",
    "alertmanager": "alertmanager",
}
"""By Grafana's type of a data source: the type of source that asks it."""
_UID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_MOST = 5_000
_EXPLORED = ("prometheus", "loki", "tempo")
"""Types whose connectors make the address of Explore themselves."""


@dataclass(frozen=True)
class DataSource:
    """One of them."""

    uid: str
    name: str
    kind: str
    """Of `KINDS`; empty: nothing of ours asks it."""
    type: str
    default: bool
    settings: Mapping[str, Any]
    """Its ``jsonData``."""

    @property
    def path(self) -> str:
        """Behind Grafana's address."""
        proxy = f"/api/datasources/proxy/uid/{self.uid}"
        mimir = self.kind == "alertmanager" and self.settings.get("implementation") in ("mimir", "cortex")
        return f"{proxy}/alertmanager" if mimir else proxy


def read(told: Any) -> list[DataSource]:
    """What Grafana lists; an entry that is none is left out. Raises `ValueError` for what is no list."""
    if not isinstance(told, list):
        raise ValueError("no list")
    return [found for each in told[:_MOST] if isinstance(each, Mapping) and (found := _one(each)) is not None]


def _one(each: Mapping[str, Any]) -> DataSource | None:
    uid, name, type_ = each.get("uid"), each.get("name"), each.get("type")
    if not isinstance(uid, str) or not _UID.fullmatch(uid) or not isinstance(name, str) or not isinstance(type_, str):
        return None
    told = each.get("jsonData")
    settings = dict(told) if isinstance(told, Mapping) else {}
    if isinstance(each.get("database"), str):
        settings.setdefault("index", each["database"])
    shown = cut(visible(" ".join(name.split())), 60) or uid
    return DataSource(uid, shown, TYPES.get(type_, ""), type_, each.get("isDefault") is True, settings)


def chosen(
    there: Sequence[DataSource], named: Mapping[str, str], kinds: Sequence[str]
) -> tuple[list[DataSource], list[str]]:  # fmt: skip
    """One of each of these types: the one that is named, else the default one, else the first; and what is to be told.

    Raises `ConfigurationError` for a name that there is not.
    """
    found, notes = [], []
    for kind in kinds:
        own = [each for each in there if each.kind == kind]
        if kind in named:
            one = next((each for each in own if named[kind] in (each.uid, each.name)), None)
            if one is None:
                raise ConfigurationError(
                    f"it has no {kind} data source {named[kind][:60]!r}",
                    f"there are {', '.join(each.name for each in own[:12]) or 'none'}",
                )
        elif own:
            one = next((each for each in own if each.default), own[0])
        else:
            continue
        if len(own) > 1 and kind not in named:
            others = ", ".join(each.name for each in own if each is not one)
            notes.append(f'of type {kind} {one.name} is asked, not {others} → data_sources = {{{kind} = "NAME"}}')
        found.append(one)
    return found, notes


def spec(one: DataSource, url: str, shared: Mapping[str, Any], fields: Mapping[str, Any]) -> dict[str, Any]:
    """The options of its connector. ``shared``: how Grafana is reached; ``fields``: the names of its options."""
    made = {"type": one.kind, **shared, "url": url + one.path}
    if one.kind in _EXPLORED and "datasource" in fields:
        made |= {"link": url, "datasource": one.uid}
    elif one.kind == "alertmanager":
        made["link"] = f"{url}/alerting/groups"
    else:
        made["link"] = _explore(url, one)
    if "msearch" in fields:
        made["msearch"] = one.kind == "elasticsearch"
    for option, value in _told(one).items():
        if option in fields and value:
            made[option] = value
    return made


def _explore(url: str, one: DataSource) -> str:
    """Explore of it with the time alone: how it writes a question into its address is its own."""
    asked = f'{{"refId":"A","datasource":{{"type":"{one.type}","uid":"{one.uid}"}}}}'
    panes = f'{{"a":{{"datasource":"{one.uid}","queries":[{asked}],"range":{{"from":"FROM","to":"TO"}}}}}}'
    coded = panes.replace("{", "%7B").replace("}", "%7D").replace('"', "%22")
    coded = coded.replace("FROM", "{start_ms}").replace("TO", "{end_ms}")
    return f"{url}/explore?schemaVersion=1&panes={coded}&orgId=1"


def _told(one: DataSource) -> dict[str, str]:
    """What Grafana knows of an index of logs."""
    if one.kind not in ("elasticsearch", "opensearch"):
        return {}
    told = {name: value for name, value in one.settings.items() if isinstance(value, str)}
    # "[logs-]YYYY.MM.DD" is an index for each day.
    index = re.sub(r"^\[([^\]]*)\].*$", r"\1*", told.get("index") or told.get("database") or "")
    return {
        "index": index, "time_field": told.get("timeField", ""), "message_field": told.get("logMessageField", ""),
        "severity_field": told.get("logLevelField", ""),
    }  # fmt: skip
