"""The alerts as Alertmanager's API answers, where Alertmanager itself is not installed."""

from __future__ import annotations

import re

from aisre_nb.sandbox.serve.tables import Tables
from aisre_nb.sandbox.serve.web import Answer, BadRequest, Params, Site, one

_MATCHER = re.compile(r'\s*([A-Za-z_]\w*)\s*(=~|!~|!=|=)\s*"?([^"]*)"?\s*')


def alertmanager_site(tables: Tables) -> Site:
    """Its routes."""

    def alerts(params: Params) -> Answer:
        found = tables.json("alerts.json")
        if one(params, "active", "true") == "false":
            found = [alert for alert in found if alert["status"]["state"] != "active"]
        if one(params, "silenced", "true") == "false":
            found = [alert for alert in found if not alert["status"]["silencedBy"]]
        for text in params.get("filter", ()):
            found = [alert for alert in found if _holds(text, alert["labels"])]
        return Answer(found)

    status = {
        "cluster": {"status": "disabled"},
        "versionInfo": {"version": "sandbox"},
        "uptime": "",
        "config": {"original": ""},
    }
    routes = [
        ("/api/v2/alerts", alerts),
        ("/api/v2/silences", lambda params: Answer([])),
        ("/api/v2/receivers", lambda params: Answer([{"name": "on-call-critical"}, {"name": "on-call-warning"}])),
        ("/api/v2/status", lambda params: Answer(status)),
        ("/-/ready", lambda params: Answer("OK", content_type="text/plain")),
    ]
    return Site(routes, problem=lambda text, code: Answer({"code": code, "message": text}, code))


def _holds(text: str, labels: dict[str, str]) -> bool:
    read = _MATCHER.fullmatch(text)
    if read is None:
        raise BadRequest(f"bad matcher format: {text}")
    name, how, value = read.groups()
    found = labels.get(name, "")
    if how in ("=", "!="):
        return (found == value) == (how == "=")
    return (re.fullmatch(value, found) is not None) == (how == "=~")
