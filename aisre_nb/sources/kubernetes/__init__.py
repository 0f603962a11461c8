"""``type = "kubernetes"``: a cluster, over its API, as the user's own kubeconfig reaches it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aisre_nb.sources.http.client import HttpClient
from aisre_nb.sources.kubernetes.actions import KubernetesActions
from aisre_nb.sources.kubernetes.api import KubernetesApi
from aisre_nb.sources.kubernetes.connect import connection
from aisre_nb.sources.kubernetes.options import KubernetesOptions
from aisre_nb.sources.kubernetes.source import KubernetesSource
from aisre_nb.sources.offer import Offer

if TYPE_CHECKING:
    from aisre_nb.sources.kinds import Place

OPTIONS = KubernetesOptions


def make(name: str, options: KubernetesOptions, place: Place) -> Offer:
    """Raises `ConfigurationError` where there is no such context, or no lightkube. Asks nothing of the cluster yet."""
    found = connection(name, options, place)
    api = KubernetesApi(HttpClient(found.access, opens=found.opens), found.namespace, tuple(options.namespaces))
    source = KubernetesSource(name, api, options)
    return Offer(
        source,
        kubernetes=source,
        changes=source,
        logs=source if options.logs else None,
        cluster=KubernetesActions(name, api) if options.act else None,
        # A store of logs has those of pods that are gone, too.
        after=frozenset({"logs"}),
    )
