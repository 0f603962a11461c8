"""What a telemetry folder says of itself."""

from __future__ import annotations

from pathlib import Path

from aisre_nb.sources.base import Health
from aisre_nb.sources.queries.tables import table
from aisre_nb.sources.service_list import SIGNALS
from aisre_nb.sources.telemetry_database import Reader

_FILES = {"alerts": "alerts.json", "changes": "changes.jsonl", "objects of Kubernetes": "kubernetes.json"}


def health(reader: Reader, folder: Path) -> Health:
    """``"2 h of metrics, traces, logs; 11 services"``; a file that cannot be read makes it not ok."""
    broken = [f"{path} cannot be read: {why}" for stored in reader.tables.values() for path, why in stored.broken]
    if broken:
        return Health(False, "; ".join(broken))
    signals, services, extents = [], set(), []
    for name, signal in SIGNALS.items():
        extent = reader.extent(name) if reader.has(name) else None
        if extent is None:
            continue
        extents.append(extent)
        if signal not in signals:
            signals.append(signal)
        rows = table(name)
        services |= set(reader.frame(rows.select(service=rows.ServiceName).distinct())["service"])
    files = [what for what, file in _FILES.items() if (folder / file).is_file()]
    if not extents:
        return Health(bool(files), f"no metrics, logs or traces; {', '.join(files) or 'nothing else'}", tuple(files))
    hours = (max(e.end for e in extents) - min(e.start for e in extents)).total_seconds() / 3600
    span = f"{hours:.1f} h" if hours >= 1 else f"{hours * 60:.0f} min"
    more = f"; {', '.join(files)}" if files else ""
    count = len(services - {""})
    detail = f"{span} of {', '.join(signals)}; {count} service{'' if count == 1 else 's'}{more}"
    return Health(True, detail, (*signals, *files))
