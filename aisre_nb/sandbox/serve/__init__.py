"""A world behind the wire formats of the systems that it would be seen through, on loopback."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path

from aisre_nb.sandbox.serve.alertmanager import alertmanager_site
from aisre_nb.sandbox.serve.jaeger import Jaeger
from aisre_nb.sandbox.serve.kubernetes import Kubernetes
from aisre_nb.sandbox.serve.loki import Loki
from aisre_nb.sandbox.serve.programs import Alertmanager, Keeper, Prometheus, find
from aisre_nb.sandbox.serve.tables import Tables
from aisre_nb.sandbox.serve.tempo import Tempo
from aisre_nb.sandbox.serve.web import Answer, Server, Site

_REQUESTS = "http_server_request_duration_seconds_count"
__all__ = ["Served", "serve"]


class Served:
    """A case folder behind its servers, while the ``with`` lasts. ``urls`` by system; ``notes`` say what is missing."""

    def __init__(self, folder: Path, ports: Mapping[str, int] | None = None) -> None:
        self._tables = Tables(folder.expanduser().absolute())
        self._ports = dict(ports or {})
        self._stack = ExitStack()
        self.urls: dict[str, str] = {}
        self.notes: list[str] = []

    def __enter__(self) -> Served:
        try:
            self._begin()
        except BaseException:
            self._stack.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def _begin(self) -> None:
        scratch = Path(self._stack.enter_context(tempfile.TemporaryDirectory(prefix="aisre-serve-")))
        if find("prometheus") and find("promtool"):
            (scratch / "prometheus").mkdir()
            prometheus = Prometheus(self._tables, scratch / "prometheus", self._ports.get("prometheus", 0))
            self.urls["prometheus"] = self._stack.enter_context(prometheus).url
            self._stack.enter_context(Keeper(2.0, prometheus.backfill))
        else:
            self.notes.append(
                "prometheus and promtool are not installed, so metrics are not served: apt-get install prometheus"
            )
        if find("prometheus-alertmanager", "alertmanager"):
            (scratch / "alertmanager").mkdir()
            manager = Alertmanager(self._tables, scratch / "alertmanager", self._ports.get("alertmanager", 0))
            self.urls["alertmanager"] = self._stack.enter_context(manager).url
            manager.tell()
            self._stack.enter_context(Keeper(10.0, manager.tell))
        else:
            self.notes.append("alertmanager is not installed; a server with its answers stands in for it")
            self._site("alertmanager", alertmanager_site(self._tables))
        self._site("loki", Loki(self._tables).site())
        self._site("tempo", Tempo(self._tables).site())
        self._site("jaeger", Jaeger(self._tables).site())
        self._site("kubernetes", Kubernetes(self._tables).site())
        index = "\n".join(self.lines()) + "\n"
        self._site("index", Site([("/", lambda params: Answer(index, content_type="text/plain; charset=utf-8"))]))

    def _site(self, name: str, site: Site) -> None:
        self.urls[name] = self._stack.enter_context(Server(site, self._ports.get(name, 0))).url

    def lines(self) -> list[str]:
        """What is served where, with something to try."""
        start, now = (int(at.timestamp()) for at in (self._tables.start, self._tables.now))
        tries = {
            "prometheus": f"/api/v1/query?time={now}&query=sum%20by%20(service)%20(rate({_REQUESTS}[5m]))",
            "alertmanager": "/api/v2/alerts",
            "loki": f"/loki/api/v1/query_range?query=%7Blevel%3D%22error%22%7D&limit=5&start={start}&end={now}",
            "tempo": f"/api/search?q=%7Bstatus%3Derror%7D&start={start}&end={now}",
            "jaeger": f"/api/traces?service=frontend&limit=1&start={start}000000&end={now}000000",
            "kubernetes": "/apis/apps/v1/namespaces/shop/deployments",
        }
        found = [f"The world's time ends at {self._tables.now:%Y-%m-%d %H:%M:%S}Z; queries need explicit times."]
        found += [f"{name:<14}curl '{self.urls[name]}{path}'" for name, path in tries.items() if name in self.urls]
        return found + self.notes


def serve(folder: Path, *, ports: Mapping[str, int] | None = None, announce: Callable[[str], None]) -> None:
    """Serve a case folder until interrupted. Raises `ConfigurationError` where a program does not start."""
    with Served(folder, ports) as served:
        for line in served.lines():
            announce(line)
        announce("Stop with Ctrl-C.")
        try:
            while True:
                time.sleep(3600)
        except KeyboardInterrupt:
            announce("stopped")
