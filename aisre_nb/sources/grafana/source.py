"""``type = "grafana"``: its data sources by our own connectors through its proxy, its alerts, its dashboards."""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import Context
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pydantic import Field

from aisre_nb.errors import AisreError, ConfigurationError
from aisre_nb.sources.base import Answer, Health
from aisre_nb.sources.grafana import behind
from aisre_nb.sources.grafana.behind import DataSource
from aisre_nb.sources.grafana.dashboards import panels
from aisre_nb.sources.http.access import Access, HttpOptions
from aisre_nb.sources.http.client import HttpClient
from aisre_nb.sources.http.failure import Refused, of_answer
from aisre_nb.sources.offer import Offer

if TYPE_CHECKING:
    from aisre_nb.sources.kinds import Place

_TOKENS = ("GRAFANA_SERVICE_ACCOUNT_TOKEN", "GRAFANA_TOKEN", "GRAFANA_API_KEY")
"""Variables of its own tools; for the address of ``GRAFANA_URL`` alone."""
_SECONDS = 10.0
"""That it gets to list its data sources."""
_SHARED = (
    "token_env", "token_keyring", "username", "password_env", "password_keyring", "headers", "headers_env", "verify",
    "ca_file", "timeout_seconds", "max_mb",
)  # fmt: skip


class GrafanaOptions(HttpOptions):
    """What ``[sources.NAME]`` may hold beside what every source over HTTP takes."""

    data_sources: dict[str, str] = Field(default_factory=dict)
    """By type (``prometheus``, ``loki``): the name or UID of the data source, where there are several."""


OPTIONS = GrafanaOptions


def make(name: str, options: GrafanaOptions, place: Place) -> Offer:
    """Asks it once what is behind it, for what it can be asked hangs on that.

    Raises `ConfigurationError` where a secret is not there or a data source that is named, `SourceUnreachable` where
    it does not answer.
    """
    options = _with_token(options, place.environ)
    access = options.access(name, place.base, place.environ)
    there = _listed(access)
    kinds = tuple(dict.fromkeys(kind for kind in behind.TYPES.values() if kind in _kinds()))
    try:
        asked, notes = behind.chosen(there, options.data_sources, kinds)
    except ConfigurationError as error:
        raise ConfigurationError(f"[sources.{name}]: {error.message}", error.next_step) from None
    if "alertmanager" in kinds and not any(one.kind == "alertmanager" for one in asked):
        asked.append(_OwnAlerts("grafana", "alerts", "alertmanager", "alertmanager", False, {}))
    shared = {option: getattr(options, option) for option in _SHARED if option in options.model_fields_set}
    offers = []
    for one in asked:
        try:
            offers.append(_connected(name, one, options, shared, place))
        except ConfigurationError as error:
            notes.append(f"{one.name} is not asked: {error}")
    source = Grafana(HttpClient(access), there, [one.name for one in asked])
    return Offer(source, dashboards=source, notes=tuple(notes), behind=tuple(offers))


class _OwnAlerts(DataSource):
    """Grafana's own Alertmanager, which every one has."""

    @property
    def path(self) -> str:
        return "/api/alertmanager/grafana"


def _kinds() -> Mapping[str, Any]:
    # Here: the table of types names this module.
    from aisre_nb.sources.kinds import KINDS

    return KINDS


def _with_token(options: GrafanaOptions, environ: Mapping[str, str]) -> GrafanaOptions:
    """Its own tools' token, where nothing else is said and the address is theirs, too."""
    known = options.token_env or options.token_keyring or options.username or options.headers_env
    if known or environ.get("GRAFANA_URL", "").strip().rstrip("/") != options.url:
        return options
    variable = next((name for name in _TOKENS if environ.get(name, "").strip()), None)
    if variable is None:
        return options
    made = options.model_copy(update={"token_env": variable})
    made.model_fields_set.add("token_env")
    return made


def _connected(name: str, one: DataSource, options: GrafanaOptions, shared: Mapping[str, Any], place: Place) -> Offer:
    from aisre_nb.sources.kinds import checked

    fields = importlib.import_module(_kinds()[one.kind].module).OPTIONS.model_fields
    spec = behind.spec(one, options.url, shared, fields)
    if options.link:
        # The house's own page goes before Explore.
        spec = {**{key: value for key, value in spec.items() if key != "datasource"}, "link": options.link}
    return checked(f"{name}/{one.name}", spec, place)()


def _listed(access: Access) -> list[DataSource]:
    """In a thread and a loop of its own: this is called with and without a loop that runs."""
    quick = replace(access, seconds=min(access.seconds, _SECONDS))

    async def ask() -> Any:
        http = HttpClient(quick)
        try:
            return await http.json("/api/datasources")
        except Refused as error:
            if error.status != 403:
                raise
            # Who may ask them and not list them gets them as Grafana's own pages do.
            told = await http.json("/api/frontend/settings")
            named = told.get("datasources") if isinstance(told, dict) else None
            return list(named.values()) if isinstance(named, dict) else named
        finally:
            await http.close()

    with ThreadPoolExecutor(1) as pool:
        told = pool.submit(Context().run, lambda: asyncio.run(ask())).result()
    try:
        return behind.read(told)
    except ValueError:
        raise of_answer(access, "does not list data sources as Grafana does") from None


class Grafana:
    """Speaks `DashboardSource` and `Source`."""

    def __init__(self, http: HttpClient, there: Sequence[DataSource], asked: Sequence[str]) -> None:
        self.name = http.access.name
        self._http = http
        self._there = there
        self._asked = asked

    async def dashboards(self, query: str, variables: Mapping[str, str], limit: int) -> Answer:
        """See `DashboardSource.dashboards`."""
        return await panels(self._http, self._there, query, variables, limit)

    async def health(self) -> Health:
        """Its version, and who is asked through it."""
        try:
            told = await self._http.json("/api/health")
        except AisreError as error:
            return Health(False, str(error))
        version = str(told.get("version", ""))[:40] if isinstance(told, dict) else ""
        others = sorted({one.type[:40] for one in self._there if not one.kind})
        left = f"; nothing here asks its {', '.join(others)}" if others else ""
        return Health(True, f"version {version}; through it: {', '.join(self._asked)}{left}", ("dashboards",))

    async def close(self) -> None:
        """Let go of the connections; those behind it close their own."""
        await self._http.close()
