"""Panels of dashboards as queries that can be asked: variables and Grafana's own macros are put in place.

``GET /api/search?type=dash-db&query=…`` and ``GET /api/dashboards/uid/UID`` as its documentation has them; a
dashboard's model is that of its JSON (``panels``, ``targets``, ``templating``). What they hold is a stranger's text.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from aisre_nb.errors import AisreError, SourceUnreachable
from aisre_nb.evidence.brief import cut
from aisre_nb.evidence.invisible import visible
from aisre_nb.sources.base import Answer
from aisre_nb.sources.grafana.behind import DataSource
from aisre_nb.sources.http.failure import of_answer
from aisre_nb.sources.link_template import filled

if TYPE_CHECKING:
    from aisre_nb.sources.http.client import HttpClient

_READ = 8
"""Dashboards of one answer."""
_FOUND = 100
_PANELS = 500
_DEPTH = 3
_WORD = re.compile(r"[\w-]{2,}")
_VARIABLE = re.compile(r"\$\{(\w+)(?::[^}]*)?\}|\$(\w+)|\[\[(\w+)(?::[^\]]*)?\]\]")
_MACROS = {
    "__rate_interval": "5m", "__interval": "1m", "__interval_ms": "60000", "__range": "1h", "__range_s": "3600",
    "__range_ms": "3600000", "__auto": "1m",
}  # fmt: skip
_UID = re.compile(r"[A-Za-z0-9_-]{1,64}")
COLUMNS = ("dashboard", "panel", "source", "type", "query", "written", "link")


async def panels(
    http: HttpClient, there: Sequence[DataSource], query: str, variables: Mapping[str, str], limit: int
) -> Answer:
    """See `DashboardSource.dashboards`."""
    import pandas as pd

    asked: list[str] = []
    found = await _search(http, query, asked)
    read, notes = await _read(http, list(found), asked)
    words = {word.lower() for word in _WORD.findall(query)}
    rows = [row for uid, model in read for row in _rows(http, uid, model, there, variables)]

    def fits(row: Mapping[str, Any]) -> int:
        # What the dashboard's title says already says nothing of its panels.
        title, text = row["dashboard"].lower(), f"{row['panel']} {row['written']}".lower()
        return -sum(word in text and word not in title for word in words)

    rows.sort(key=fits)
    if len(found) > len(read):
        notes.append(f"{len(found)} dashboards match, {len(read)} were read: ask with more of the title")
    frame = pd.DataFrame(rows[:limit], columns=list(COLUMNS)).astype(dict.fromkeys(COLUMNS[:-1], "str"))
    link = filled(f"{http.access.url}/dashboards", {})
    return Answer(frame, "\n\n".join(asked), http.access.name, len(rows), tuple(notes), link)


async def _search(http: HttpClient, query: str, asked: list[str]) -> dict[str, None]:
    """The UIDs of dashboards whose titles match: all of the words, else any, the longest first."""
    tries = [query.strip(), *sorted(set(_WORD.findall(query)), key=len, reverse=True)[:4]]
    found: dict[str, None] = {}
    for words in dict.fromkeys(tries):
        params = [("type", "dash-db"), ("query", words), ("limit", str(_FOUND))]
        asked.append(f"GET /api/search?type=dash-db&query={words}&limit={_FOUND}")
        told = await http.json("/api/search", params, asked=asked[-1])
        if not isinstance(told, list):
            raise of_answer(http.access, "does not search dashboards as Grafana does")
        uids = [hit.get("uid") for hit in told[:_FOUND] if isinstance(hit, Mapping)]
        found |= dict.fromkeys(uid for uid in uids if isinstance(uid, str) and _UID.fullmatch(uid))
        if found and words == query.strip():
            break
    return found


async def _read(
    http: HttpClient, uids: Sequence[str], asked: list[str]
) -> tuple[list[tuple[str, Mapping[str, Any]]], list[str]]:
    """The models side by side; one that cannot be read is told. Raises where none can."""
    paths = [f"/api/dashboards/uid/{uid}" for uid in uids[:_READ]]
    asked += [f"GET {path}" for path in paths]
    told = await asyncio.gather(*(http.json(path) for path in paths), return_exceptions=True)
    found, notes = [], []
    for uid, one in zip(uids, told, strict=False):
        if isinstance(one, AisreError):
            notes.append(f"a dashboard was not read: {one}")
        elif isinstance(one, BaseException):
            raise one
        else:
            model = one.get("dashboard") if isinstance(one, Mapping) else None
            if isinstance(model, Mapping):
                found.append((uid, model))
            else:
                notes.append(f"the dashboard {uid} has a form that is not known here")
    if paths and not found:
        raise SourceUnreachable("; ".join(notes)[:600], "ask its owner for the right to read dashboards")
    return found, notes


def _rows(
    http: HttpClient, uid: str, model: Mapping[str, Any], there: Sequence[DataSource], given: Mapping[str, str]
) -> Iterator[dict[str, Any]]:
    values = {**_values(model), **given}
    for panel in list(_each(model.get("panels"), 0))[:_PANELS]:
        for target in _maps(panel.get("targets")):
            written = next((target[n] for n in ("expr", "query", "rawSql") if isinstance(target.get(n), str)), "")
            if not written.strip() or target.get("hide") is True:
                continue
            source = _source(target.get("datasource") or panel.get("datasource"), values, there)
            number = panel.get("id")
            address = f"{http.access.url}/d/{quote(uid)}?viewPanel={number}" if isinstance(number, int) else None
            yield {
                "dashboard": _line(model.get("title")), "panel": _line(panel.get("title")),
                "source": source.name if source else "", "type": source.type if source else "",
                "query": cut(visible(put_in(written, values)), 4000), "written": cut(visible(written), 4000),
                "link": filled(address, {}) if address else None,
            }  # fmt: skip


def put_in(written: str, values: Mapping[str, str]) -> str:
    """The query with its variables' values; a variable that nobody knows stays."""
    return _VARIABLE.sub(lambda m: values.get(m[1] or m[2] or m[3], m[0]), written)


def _values(model: Mapping[str, Any]) -> dict[str, str]:
    """By variable: what is chosen in the dashboard as it was saved; all of them is any."""
    found = dict(_MACROS)
    templating = model.get("templating")
    for one in _maps(templating.get("list") if isinstance(templating, Mapping) else None):
        current = one.get("current")
        value = current.get("value") if isinstance(current, Mapping) else None
        chosen = [value] if isinstance(value, str) else value if isinstance(value, list) else []
        texts = [text for text in chosen if isinstance(text, str)]
        every = one.get("allValue") if isinstance(one.get("allValue"), str) and one.get("allValue") else ".*"
        name = one.get("name")
        if isinstance(name, str) and texts:
            found[name] = str(every) if "$__all" in texts else "|".join(texts)
    return found


def _source(told: Any, values: Mapping[str, str], there: Sequence[DataSource]) -> DataSource | None:
    """By UID, by name as older dashboards have it, or through a variable; nothing told is the default."""
    named = told.get("uid") if isinstance(told, Mapping) else told
    if isinstance(named, str):
        named = put_in(named, values)
        return next((one for one in there if named in (one.uid, one.name)), None)
    return next((one for one in there if one.default), None)


def _each(panels: Any, depth: int) -> Iterator[Mapping[str, Any]]:
    """Those within rows, too."""
    for panel in _maps(panels):
        yield panel
        if depth < _DEPTH:
            yield from _each(panel.get("panels"), depth + 1)


def _maps(told: Any) -> list[Mapping[str, Any]]:
    return [each for each in told if isinstance(each, Mapping)] if isinstance(told, list) else []


def _line(told: Any) -> str:
    return cut(visible(" ".join(told.split())), 200) if isinstance(told, str) else ""
