"""``kubernetes.json`` of a telemetry folder: what ``kubectl get … -o json`` printed."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aisre_nb.errors import SignalMissing, SourceUnreachable

if TYPE_CHECKING:
    import pandas as pd

NAME = "kubernetes.json"
COLUMNS = ["kind", "namespace", "name", "object"]
_DEEP = 6
_LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"


def read_objects(path: Path) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """The frame of `ClusterState.objects`, and a note where something in the file is no object."""
    if not path.is_file():
        raise SignalMissing(f"{path.name} is not in the telemetry folder")
    try:
        data = json.loads(path.read_text(encoding="utf-8", errors="replace"))
    except (OSError, ValueError, RecursionError) as error:
        raise SourceUnreachable(f"{path} cannot be read: {error}", "write that file again") from None
    return object_frame(data, path.name)


def object_frame(data: Any, name: str = NAME) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """A List, or lists of objects, one a row; secrets without what they keep."""
    import pandas as pd

    rows, bad = [], 0
    for item in _flat(data, _DEEP):
        kind, metadata = item.get("kind"), item.get("metadata")
        if not isinstance(kind, str) or not isinstance(metadata, Mapping) or not isinstance(metadata.get("name"), str):
            bad += 1
            continue
        row = {"kind": kind, "namespace": str(metadata.get("namespace") or ""), "name": metadata["name"]}
        rows.append({**row, "object": without_secrets(item)})
    notes = (f"{name}: {bad} of {bad + len(rows)} objects have no kind or no name, and are left out",) if bad else ()
    return pd.DataFrame(rows, columns=COLUMNS), notes


def without_secrets(item: Mapping[str, Any]) -> dict[str, Any]:
    """The object without a Secret's data, and without the copy of them that ``kubectl apply`` leaves."""
    found = dict(item)
    if found.get("kind") == "Secret":
        found.pop("data", None)
        found.pop("stringData", None)
    metadata = dict(item["metadata"])
    if isinstance(notes := metadata.get("annotations"), Mapping):
        metadata["annotations"] = {key: value for key, value in notes.items() if key != _LAST_APPLIED}
    return found | {"metadata": metadata}


def _flat(data: Any, deep: int) -> Iterator[Mapping[str, Any]]:
    if isinstance(data, list) and deep:
        for item in data:
            yield from _flat(item, deep - 1)
    elif isinstance(data, Mapping) and isinstance(data.get("items"), list) and deep:
        kind = str(data.get("kind") or "")
        # The items of a PodList have no kind of their own.
        own = {"kind": kind[:-4]} if kind.endswith("List") and len(kind) > 4 else {}
        yield from _flat([{**own, **item} if isinstance(item, Mapping) else item for item in data["items"]], deep - 1)
    else:
        yield data if isinstance(data, Mapping) else {}
