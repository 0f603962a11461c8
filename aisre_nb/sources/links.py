"""The page on which a backend itself shows a query: addresses made by code, never by a model or by data.

Each function takes the base address that the settings name. None: there is no such page for these values.
"""

from __future__ import annotations

import json
import re
from datetime import UTC
from typing import Any, Literal

from aisre_nb.sources.link_template import checked, encoded, filled, times
from aisre_nb.times import Window

Datasource = Literal["prometheus", "loki", "tempo"]
Forge = Literal["github", "gitlab"]

_TRACE = re.compile(r"[0-9a-fA-F]{1,64}")


def prometheus(base: str, expression: str, window: Window) -> str | None:
    """The expression's graph.

    Parameters as Prometheus' own web interface writes them (``g0.expr``, ``g0.range_input``, ``g0.end_input`` as
    "2024-02-27 06:40:00" in UTC; github.com/prometheus/prometheus, web/ui); version 3 sends /graph on to /query.
    """
    seconds = max(1, round(window.duration.total_seconds()))
    end = f"{window.end.astimezone(UTC):%Y-%m-%d %H:%M:%S}"
    expr = encoded(expression)
    return _whole(base, f"graph?g0.expr={expr}&g0.tab=0&g0.range_input={seconds}s&g0.end_input={encoded(end)}")


def alertmanager(base: str, page: Literal["alerts", "silences"]) -> str | None:
    """Its page of alerts or silences: behind the ``#`` (github.com/prometheus/alertmanager, ui/app)."""
    return _whole(base, f"#/{page}")


def grafana(
    base: str, kind: Datasource, uid: str, query: str, window: Window | None = None, organisation: int = 1
) -> str | None:
    """Explore with one query of a data source; for Tempo the query is a trace's id or TraceQL.

    ``schemaVersion=1``, ``panes`` (JSON: datasource, queries, range in milliseconds as texts) and ``orgId``, as Grafana
    10 and later write them (github.com/grafana/grafana, features/explore: the state in the address).
    """
    asked: dict[str, Any] = {"refId": "A", "datasource": {"type": kind, "uid": uid}}
    asked |= {"queryType": "traceql", "query": query} if kind == "tempo" else {"expr": query}
    if kind == "loki":
        asked["queryType"] = "range"
    at = times(window)
    span = {"from": at["start_ms"], "to": at["end_ms"]} if at else {"from": "now-1h", "to": "now"}
    panes = json.dumps({"a": {"datasource": uid, "queries": [asked], "range": span}}, separators=(",", ":"))
    return _whole(base, f"explore?schemaVersion=1&panes={encoded(panes)}&orgId={organisation}")


def jaeger_trace(base: str, trace_id: str) -> str | None:
    """One trace: ``/trace/ID`` (jaegertracing.io, docs: frontend-ui; github.com/jaegertracing/jaeger-ui)."""
    return _whole(base, f"trace/{trace_id}") if _TRACE.fullmatch(trace_id) else None


def jaeger_search(base: str, service: str, window: Window, limit: int = 20) -> str | None:
    """A service's traces: ``/search?service=…&start=…&end=…`` in microseconds, ``lookback=custom`` (jaeger-ui)."""
    at = times(window)
    span = f"start={at['start_us']}&end={at['end_us']}&lookback=custom"
    return _whole(base, f"search?service={encoded(service)}&{span}&limit={limit}")


def file(
    base: str, forge: Forge, commit: str, path: str, first: int | None = None, last: int | None = None
) -> str | None:
    """A file at a commit, with lines.

    GitHub: ``/blob/COMMIT/PATH#L10-L20`` (docs.github.com, "Getting permanent links to files"); GitLab:
    ``/-/blob/COMMIT/PATH#L10-20`` (docs.gitlab.com, repository files).
    """
    place = "/".join(map(encoded, path.strip("/").split("/")))
    lines = f"#L{first}" if first else ""
    if first and last and last > first:
        lines += f"-L{last}" if forge == "github" else f"-{last}"
    return _whole(base, f"{_dash(forge)}blob/{encoded(commit)}/{place}{lines}") if place and commit else None


def comparison(base: str, forge: Forge, before: str, after: str) -> str | None:
    """What differs between two commits: ``/compare/A...B`` (docs.github.com, "Comparing commits"; GitLab: ``/-/``)."""
    between = f"{encoded(before)}...{encoded(after)}"
    return _whole(base, f"{_dash(forge)}compare/{between}") if before and after else None


def commit(base: str, forge: Forge, sha: str) -> str | None:
    """One commit: ``/commit/SHA``; GitLab: ``/-/commit/SHA``."""
    return _whole(base, f"{_dash(forge)}commit/{encoded(sha)}") if sha else None


def pull_request(base: str, forge: Forge, number: int) -> str | None:
    """``/pull/7``; GitLab calls it ``/-/merge_requests/7``."""
    return _whole(base, f"pull/{int(number)}" if forge == "github" else f"-/merge_requests/{int(number)}")


def kubernetes(base: str, kind: str, namespace: str, name: str) -> str | None:
    """The Kubernetes Dashboard's page of an object: ``#/deployment/NAMESPACE/NAME?namespace=NAMESPACE``
    (github.com/kubernetes/dashboard); behind the ``#``, so that it never changes what is asked of the host."""
    place = "/".join(map(encoded, (kind.lower(), namespace, name)))
    if not (kind and namespace and name) or {".", ".."} & {kind, namespace, name}:
        return None
    return _whole(base, f"#/{place}?namespace={encoded(namespace)}")


def forge_of(base: str) -> Forge:
    """GitLab where the host says so; GitHub and GitHub Enterprise otherwise."""
    return "gitlab" if "gitlab" in base.split("/")[2].lower() else "github"


def repository_page(
    link: str,
    query: str,
    *,
    service: str | None = None,
    commit: str = "",
    path: str = "",
    before: str = "",
    after: str = "",
) -> str | None:
    """A diff or a file of a repository by the settings' ``link``: a template, or the repository's page on a forge."""
    if not link:
        return None
    if "{" in link:
        told = {"query": query, "service": service, "commit": commit, "path": path, "from": before, "to": after}
        return filled(link, told)
    forge = forge_of(link)
    return file(link, forge, commit, path) if path else comparison(link, forge, before, after)


def _dash(forge: Forge) -> str:
    return "-/" if forge == "gitlab" else ""


def _whole(base: str, rest: str) -> str | None:
    """The base is looked at as a template is, and so is what comes of it."""
    return filled(f"{checked(base, 'the base address').rstrip('/')}/{rest}", {})
