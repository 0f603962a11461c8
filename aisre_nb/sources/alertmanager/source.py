"""``type = "alertmanager"``: alerts that fire, their groups, and silences."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal

from aisre_nb.errors import SourceUnreachable, ToolError
from aisre_nb.sources.alert_rows import table
from aisre_nb.sources.alertmanager import silences
from aisre_nb.sources.base import Answer, Health
from aisre_nb.sources.http.access import HttpOptions
from aisre_nb.sources.http.client import HttpClient
from aisre_nb.sources.http.failure import Refused, of_answer
from aisre_nb.sources.link_template import filled
from aisre_nb.sources.links import alertmanager
from aisre_nb.sources.monitoring import Silence
from aisre_nb.sources.offer import Offer
from aisre_nb.times import instant, rfc3339

if TYPE_CHECKING:
    from aisre_nb.sources.kinds import Place

OPTIONS = HttpOptions


def make(name: str, options: HttpOptions, place: Place) -> Offer:
    """Asks nothing yet. Raises `ConfigurationError` where a secret is not there."""
    source = Alertmanager(HttpClient(options.access(name, place.base, place.environ)), options.link)
    notes = () if options.verify else ("its certificate is not looked at: verify = false",)
    return Offer(source, alerts=source, silences=source, notes=notes)


class Alertmanager:
    """Speaks `AlertSource`, `SilenceSource` and `Source`."""

    def __init__(self, http: HttpClient, link: str = "") -> None:
        self.name = http.access.name
        self._http = http
        self._link = link

    async def alerts(self, at: datetime) -> Answer:
        """See `AlertSource.alerts`; what is silenced or inhibited is "suppressed". What is over it does not keep."""
        frame, notes = table(await self._list("/api/v2/alerts"), at.astimezone(UTC), self.name)
        return self._answer(frame, "GET /api/v2/alerts", "alerts", notes)

    async def groups(self) -> Answer:
        """See `SilenceSource.groups`."""
        frame = silences.groups(await self._list("/api/v2/alerts/groups"))
        return self._answer(frame, "GET /api/v2/alerts/groups", "alerts")

    async def silences(self, at: datetime) -> Answer:
        """See `SilenceSource.silences`: what is in force or will be, and what ended in the last days."""
        frame = silences.frame(await self._list("/api/v2/silences"))
        return self._answer(frame, "GET /api/v2/silences", "silences")

    async def preview_silence(self, silence: Silence) -> Sequence[tuple[str, str, str]]:
        """See `SilenceSource.preview_silence`."""
        alerts = await self._list("/api/v2/alerts")
        fitting = silences.fitting(alerts, silence.matchers)
        if not fitting:
            raise ToolError(
                f"no alert has {silences.worded(silence.matchers)}", "look at get_alerts for labels and their values"
            )
        return silences.rows(fitting, f"notifies nobody for {silence.minutes} minutes")

    async def silence(self, silence: Silence) -> str:
        """See `SilenceSource.silence`."""
        now = datetime.now(UTC)
        told = await self._http.write(
            "POST",
            "/api/v2/silences",
            {
                "matchers": [
                    {"name": name, "value": value, "isRegex": False, "isEqual": True}
                    for name, value in sorted(silence.matchers.items())
                ],
                "startsAt": rfc3339(now),
                "endsAt": rfc3339(now + timedelta(minutes=silence.minutes)),
                "createdBy": silence.author,
                "comment": silence.comment,
            },
        )
        found = told.get("silenceID") if isinstance(told, dict) else None
        if not isinstance(found, str) or not silences.ID.fullmatch(found):
            raise of_answer(self._http.access, "took the silence and gave no id", "look at its page")
        return found

    async def preview_expire(self, id: str) -> Sequence[tuple[str, str, str]]:
        """See `SilenceSource.preview_expire`."""
        silence = await self._silence(id)
        state = str((silence.get("status") or {}).get("state", ""))
        if state not in ("active", "pending"):
            raise ToolError(f"the silence {id} is {state or 'over'} already", "there is nothing to take back")
        ends = rfc3339(instant(str(silence["endsAt"])))
        return [(f"silence {silences.matchers_of(silence)}", f"{state} until {ends}", "ended now")]

    async def expire(self, id: str) -> None:
        """See `SilenceSource.expire`."""
        await self._silence(id)
        await self._http.write("DELETE", f"/api/v2/silence/{id}")

    async def health(self) -> Health:
        """Its version, and what fires."""
        told: Any = await self._http.json("/api/v2/status")
        version = (told.get("versionInfo") or {}).get("version", "") if isinstance(told, dict) else ""
        alerts = await self._list("/api/v2/alerts")
        detail = f"version {version}; {len(alerts)} alert{'' if len(alerts) == 1 else 's'}"
        return Health(True, detail, ("alerts", "silences"), "it is read; silences are made where they are approved")

    async def close(self) -> None:
        """Let go of the connections."""
        await self._http.close()

    async def _list(self, path: str) -> list[Any]:
        told = await self._http.json(path)
        if not isinstance(told, list):
            raise self._odd()
        return told

    def _odd(self) -> SourceUnreachable:
        return of_answer(
            self._http.access, "does not answer as Alertmanager does", "is its url right, with the prefix?"
        )

    async def _silence(self, id: str) -> dict[str, Any]:
        if not silences.ID.fullmatch(id):
            raise ToolError(f"{id[:60]!r} is no silence's id")
        try:
            told = await self._http.json(f"/api/v2/silence/{id}")
        except Refused as error:
            if error.status == 404:
                raise ToolError(f"there is no silence {id}", "look at get_silences") from None
            raise
        if not isinstance(told, dict):
            raise self._odd()
        return told

    def _answer(
        self, frame: Any, query: str, page: Literal["alerts", "silences"], notes: tuple[str, ...] = ()
    ) -> Answer:
        link = filled(self._link, {"query": query}) if self._link else alertmanager(self._http.access.url, page)
        return Answer(frame, query, self.name, len(frame), notes, link)
