"""Searches one by one as ``_msearch``: what Grafana's proxy takes of Elasticsearch, where ``_search`` is refused.

A line that names the index and a line with the search; one answer a search, each with a status of its own
(elastic.co, "Multi search API").
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from aisre_nb.sources.http import failure
from aisre_nb.sources.http.body import dumped
from aisre_nb.sources.http.client import HttpClient, Params

_SEARCH = "/_search"


class MultiSearch(HttpClient):
    """As `HttpClient`, but for the address at which a search is posted."""

    async def json(
        self,
        path: str,
        params: Params = (),
        *,
        form: bool = False,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
        asked: str = "",
    ) -> Any:
        """See `HttpClient.json`."""
        if body is None or not path.endswith(_SEARCH):
            return await super().json(path, params, form=form, body=body, headers=headers, asked=asked)
        index = unquote(path.removesuffix(_SEARCH).lstrip("/"))
        lines = dumped({"index": index, "ignore_unavailable": True}) + b"\n" + dumped(body) + b"\n"
        more = {**(headers or {}), "Content-Type": "application/x-ndjson"}
        told = await super().json("/_msearch", params, body=lines, headers=more, asked=asked)
        responses = told.get("responses") if isinstance(told, dict) else None
        if not isinstance(responses, list) or len(responses) != 1 or not isinstance(responses[0], dict):
            raise failure.of_answer(self.access, "answers with something else than _msearch does")
        status = responses[0].get("status", 200)
        if "error" in responses[0] and isinstance(status, int):
            said = failure.words(json.dumps(responses[0]).encode(), "application/json")
            raise failure.of_status(self.access, status, said)
        return responses[0]
