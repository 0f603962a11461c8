"""Which metrics there are, of one service or of all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aisre_nb.sources.prometheus.api import Asking
from aisre_nb.sources.prometheus.catalog import Catalog
from aisre_nb.sources.prometheus.selector import selector

if TYPE_CHECKING:
    import pandas as pd


async def metric_names(asking: Asking, catalog: Catalog, service: str | None) -> pd.DataFrame:
    """The frame of `MetricSource.metric_names`: histograms by the name without ``_bucket``."""
    import pandas as pd

    names = list(catalog.names)
    if service is not None:
        match = selector("", (catalog.matcher(service),))
        names = [n for n in await asking.listed("/api/v1/label/__name__/values", [match]) if n in catalog.names]
    found: dict[str, str] = {}
    for name in names:
        kind = catalog.type_of(name)
        if kind == "part":
            base = name.rsplit("_", 1)[0]
            found[base] = catalog.type_of(base)
        else:
            found[name] = kind
    rows = [(name, service or "", kind, float("nan")) for name, kind in sorted(found.items())]
    return pd.DataFrame(rows, columns=["metric", "service", "type", "points"])
