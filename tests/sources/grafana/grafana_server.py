"""A server that follows Grafana's HTTP API as its documentation has it, with what it is given behind its proxy."""

from __future__ import annotations

import json
import threading
import urllib.error
import urllib.request
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

Seen = tuple[str, str, dict[str, str]]


class Grafana:
    """``data_sources`` as ``GET /api/datasources`` lists them, each with the ``url`` that its proxy passes on to."""

    def __init__(
        self, token: str, data_sources: list[dict[str, Any]], dashboards: Mapping[str, dict[str, Any]] | None = None,
        alerts: list[dict[str, Any]] | None = None,
    ) -> None:  # fmt: skip
        self.token = token
        self.data_sources = data_sources
        self.dashboards = dict(dashboards or {})
        self.alerts = alerts or []
        self.may_list = True
        """Whether the token may read how data sources are set up; a viewer's may not."""
        self.seen: list[Seen] = []
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._http.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._http.server_address[1]}/grafana"
        threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True).start()

    def close(self) -> None:
        self._http.shutdown()
        self._http.server_close()


def _handler(grafana: Grafana) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1

        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            grafana.seen.append((self.command, self.path, dict(self.headers.items())))
            parts = urlsplit(self.path)
            path = parts.path.removeprefix("/grafana")
            if path == "/api/health":
                return self._say({"commit": "0f3b2c1", "database": "ok", "version": "11.2.0"})
            if self.headers.get("Authorization") != f"Bearer {grafana.token}":
                return self._say({"message": "Invalid API key", "messageId": "api-key.invalid", "statusCode": 401}, 401)
            if path == "/api/datasources" and not grafana.may_list:
                told = "You'll need additional permissions to perform this action. Permissions needed: datasources:read"
                return self._say({"accessErrorId": "ACE0123456789", "message": told, "title": "Access denied"}, 403)
            if path == "/api/datasources":
                return self._say(grafana.data_sources)
            if path == "/api/frontend/settings":
                kept = ("uid", "type", "name", "isDefault", "jsonData")
                named = {one["name"]: {k: one[k] for k in kept} for one in grafana.data_sources}
                return self._say({"buildInfo": {"version": "11.2.0"}, "datasources": named})
            if path.startswith("/api/datasources/proxy/uid/"):
                return self._proxied(
                    *path.removeprefix("/api/datasources/proxy/uid/").partition("/")[::2], parts.query, body
                )
            if path == "/api/search":
                return self._search(parse_qs(parts.query))
            if path.startswith("/api/dashboards/uid/"):
                return self._dashboard(path.rsplit("/", 1)[-1])
            if path == "/api/alertmanager/grafana/api/v2/alerts":
                return self._say(grafana.alerts)
            if path == "/api/alertmanager/grafana/api/v2/status":
                return self._say({"cluster": {"status": "disabled", "peers": []}, "versionInfo": {"version": "N/A"}})
            return self._say({"message": "Not found"}, 404)

        do_POST = do_PUT = do_DELETE = do_GET

        def _proxied(self, uid: str, rest: str, query: str, body: bytes) -> None:
            found = next((one for one in grafana.data_sources if one["uid"] == uid), None)
            if found is None:
                return self._say({"message": "Unable to find datasource"}, 404)
            if found["type"] == "elasticsearch" and self.command == "POST" and rest != "_msearch":
                told = "posts not allowed on proxied Elasticsearch datasource except on /_msearch"
                return self._say({"message": told}, 403)
            url = f"{found['url'].rstrip('/')}/{rest}{'?' if query else ''}{query}"
            # The caller's credentials are Grafana's own business.
            own = ("host", "authorization", "connection", "content-length", "accept-encoding")
            kept = {k: v for k, v in self.headers.items() if k.lower() not in own}
            request = urllib.request.Request(url, body or None, kept, method=self.command)
            try:
                with urllib.request.urlopen(request, timeout=10) as answer:
                    return self._raw(answer.read(), answer.status, answer.headers.get("Content-Type", ""))
            except urllib.error.HTTPError as error:
                return self._raw(error.read(), error.code, error.headers.get("Content-Type", ""))
            except OSError:
                return self._raw(b"", 502, "text/plain")

        def _search(self, asked: dict[str, list[str]]) -> None:
            words = asked.get("query", [""])[0].lower()
            hits = [
                {"id": n, "uid": uid, "title": one["title"], "uri": f"db/{uid}", "url": f"/d/{uid}/x",
                 "slug": "", "type": "dash-db", "tags": [], "isStarred": False}
                for n, (uid, one) in enumerate(grafana.dashboards.items()) if words in one["title"].lower()
            ]  # fmt: skip
            self._say(hits[: int(asked.get("limit", ["1000"])[0])])

        def _dashboard(self, uid: str) -> None:
            if uid not in grafana.dashboards:
                return self._say({"message": "Dashboard not found"}, 404)
            meta = {"type": "db", "canSave": False, "slug": uid, "url": f"/d/{uid}/{uid}", "version": 1}
            return self._say({"meta": meta, "dashboard": {"uid": uid, "schemaVersion": 39, **grafana.dashboards[uid]}})

        def _say(self, told: Any, status: int = 200) -> None:
            self._raw(json.dumps(told).encode(), status, "application/json")

        def _raw(self, raw: bytes, status: int, kind: str) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    return Handler
