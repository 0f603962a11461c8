"""Which label of Loki's streams names the service: asked, not guessed."""

from __future__ import annotations

import time
from typing import Any
from urllib.parse import quote

from aisre_nb.sources.mirror.asked import Asked
from aisre_nb.sources.mirror.nanos import nanos
from aisre_nb.times import Window

CANDIDATES = (
    "service_name", "service", "app", "app_kubernetes_io_name", "k8s_deployment_name", "deployment", "component", "job",
    "container", "container_name",
)  # fmt: skip
"""Labels that may name a service, the surest first."""
_SECONDS = 300.0


class Labels:
    """What is known of the labels. ``told``: the label that the settings name; empty: it is looked for."""

    def __init__(self, told: str = "") -> None:
        self._told = told
        self._known: dict[str, tuple[float, Any]] = {}

    async def of_service(self, asked: Asked, service: str, window: Window) -> tuple[str, list[str]]:
        """The label with that value; else an empty text, and the services that there are."""
        others: list[str] = []
        for label in await self.candidates(asked, window):
            values = await self.values(asked, label, window)
            if service in values:
                return label, []
            others = others or values
        return "", others

    async def candidates(self, asked: Asked, window: Window) -> list[str]:
        """The labels that streams of that time have and that may name a service."""
        if self._told:
            return [self._told]
        there = await self._list(asked, "/loki/api/v1/labels", window)
        return [name for name in CANDIDATES if name in there]

    async def values(self, asked: Asked, label: str, window: Window) -> list[str]:
        """The values of a label."""
        return await self._list(asked, f"/loki/api/v1/label/{quote(label, safe='')}/values", window)

    async def _list(self, asked: Asked, path: str, window: Window) -> list[str]:
        params = [("start", str(nanos(window.start))), ("end", str(nanos(window.end)))]
        key = f"{path}?{params}"
        at, found = self._known.get(key, (0.0, None))
        if found is None or at < time.monotonic() - _SECONDS:
            reply = await asked.json(path, params)
            data = reply.get("data") if isinstance(reply, dict) else None
            found = [str(name) for name in data] if isinstance(data, list) else []
            if len(self._known) > 200:
                self._known.clear()
            self._known[key] = (time.monotonic(), found)
        return list(found)
