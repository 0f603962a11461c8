"""Options and pages that backends of logs and traces share."""

from __future__ import annotations

from pydantic import Field

from aisre_nb.sources import links
from aisre_nb.sources.http.access import HttpOptions
from aisre_nb.sources.link_template import filled, times
from aisre_nb.times import Window


class MirrorOptions(HttpOptions):
    """Of every type that is read into a mirror."""

    datasource: str = ""
    """The UID of Grafana's data source of it: then ``link`` is Grafana's address, and leads to Explore."""
    max_rows: int = Field(100_000, ge=1000, le=1_000_000)
    """Spans or records that are read for one question; of more a part is looked at, which is told."""
    max_seconds: float = Field(40.0, ge=1, le=110, strict=False)
    """That reading them may take; then what is here is looked at, which is told."""


def explore(
    options: MirrorOptions,
    kind: links.Datasource,
    query: str,
    window: Window | None,
    *,
    service: str | None = None,
    trace_id: str | None = None,
) -> str | None:
    """The house's page, or Grafana's; None where none is configured."""
    if not options.link:
        return None
    if options.datasource and "{" not in options.link:
        return links.grafana(options.link, kind, options.datasource, query, window)
    told = {"query": query, "service": service, "trace_id": trace_id, **times(window)}
    return filled(options.link, told)
