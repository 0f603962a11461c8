"""What a cluster is now: the objects of all kinds that tell of trouble, as its API lists them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aisre_nb.errors import AisreError
from aisre_nb.sources.http.failure import Refused
from aisre_nb.sources.http.gathering import gathered
from aisre_nb.sources.kubernetes.api import KINDS, Kind, KubernetesApi
from aisre_nb.sources.kubernetes_file import object_frame

if TYPE_CHECKING:
    import pandas as pd

LOOKED = (
    "Pod", "Deployment", "ReplicaSet", "StatefulSet", "DaemonSet", "Job", "CronJob", "HorizontalPodAutoscaler",
    "PodDisruptionBudget", "Service", "EndpointSlice", "Ingress", "NetworkPolicy", "ConfigMap", "Secret",
    "ServiceAccount", "PersistentVolumeClaim", "PersistentVolume", "StorageClass", "ResourceQuota", "LimitRange",
    "Namespace", "Node", "Event", "Certificate",
)  # fmt: skip


async def objects(api: KubernetesApi) -> tuple[pd.DataFrame, tuple[str, ...], str]:
    """The frame of `ClusterState.objects`, notes on what could not be listed, and the query.

    Raises what went wrong where nothing could be listed.
    """
    spaces = await api.spaces()
    asked = [(KINDS[name], space) for name in LOOKED for space in (spaces if KINDS[name].namespaced else ("",))]
    found = await gathered(_listed(api, kind, space) for kind, space in asked)
    problems = [one for one in found if isinstance(one, AisreError)]
    if len(problems) == len(found):
        raise problems[0]
    items = [item for one in found if not isinstance(one, AisreError) for item in one[0]]
    frame, notes = object_frame(items, api.client.access.name)
    told = [*notes]
    refused = sorted({k.plural for (k, _), one in zip(asked, found, strict=True) if _status(one) == 403})
    told += [f"the account may not list {', '.join(refused)}"] if refused else []
    # A kind that the cluster does not have is no gap.
    told += [str(one) for one in problems if _status(one) not in (403, 404)]
    cut = sorted(
        {k.plural for (k, _), one in zip(asked, found, strict=True) if not isinstance(one, AisreError) and not one[1]}
    )
    told += [f"there are more {', '.join(cut)} than were listed"] if cut else []
    where = "all namespaces" if spaces == ("",) else f"namespaces {', '.join(spaces)}"
    plurals = ",".join(dict.fromkeys(kind.plural for kind, _ in asked))
    return frame, tuple(told), f"GET {plurals} of {where}"


async def _listed(api: KubernetesApi, kind: Kind, space: str) -> tuple[list[dict[str, Any]], bool] | AisreError:
    try:
        return await api.listed(kind, space)
    except AisreError as error:
        return error


def _status(found: Any) -> int:
    return found.status if isinstance(found, Refused) else 0
