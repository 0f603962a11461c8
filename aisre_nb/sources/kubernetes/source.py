"""A cluster as a source: its state, what it did, its pods' logs, what they use."""

from __future__ import annotations

from aisre_nb.analysis.kubernetes.cluster import Cluster, cluster
from aisre_nb.errors import AisreError, SignalMissing, ToolError
from aisre_nb.sources.base import Answer, Health
from aisre_nb.sources.changes_file import change_frame
from aisre_nb.sources.http.failure import Refused
from aisre_nb.sources.kubernetes import pod_logs, rollouts, usage
from aisre_nb.sources.kubernetes.api import KINDS, KubernetesApi
from aisre_nb.sources.kubernetes.known import known
from aisre_nb.sources.kubernetes.objects import objects
from aisre_nb.sources.kubernetes.options import KubernetesOptions
from aisre_nb.sources.kubernetes.rights import rights
from aisre_nb.sources.manifests import same_service
from aisre_nb.times import Window, rfc3339


class KubernetesSource:
    """Speaks `ClusterState`, `ChangeSource`, `LogSource` and `Source`; changes nothing."""

    def __init__(self, name: str, api: KubernetesApi, options: KubernetesOptions) -> None:
        self.name = name
        self._api, self._options = api, options

    async def objects(self) -> Answer:
        """See `ClusterState.objects`. What may not be listed is a note; of Secrets only names are asked for."""
        frame, notes, query = await objects(self._api)
        return Answer(frame, query, self.name, total=len(frame), notes=notes, link=self._options.link or None)

    async def changes(self, window: Window, service: str | None = None) -> Answer:
        """See `ChangeSource.changes`: revisions of workloads, autoscalers' decisions, what befell nodes."""
        state = await self._readable(*rollouts.KINDS)
        rows = [*rollouts.rollouts(state[0], window), *rollouts.events(state[0], window)]
        rows = [row for row in rows if service is None or same_service(str(row["service"]), service)]
        span = window.as_json()
        query = f"rollout history and events from {span['start']} to {span['end']}"
        return Answer(change_frame(rows), query, self.name, total=len(rows), notes=state[1])

    async def _readable(self, *kinds: str) -> tuple[Cluster, tuple[str, ...]]:
        """These kinds, without the ones that may not be listed."""
        notes: list[str] = []
        parts = []
        for kind in kinds:
            try:
                parts.append(await known(self._api, kind))
            except Refused as error:
                if error.status not in (403, 404):
                    raise
                notes += [f"the account may not list {KINDS[kind].plural}"] if error.status == 403 else []
        if not parts:
            raise SignalMissing(
                "; ".join(notes) or "the cluster has none of these", "give the account the right to list them"
            )
        return cluster([item for part in parts for item in part.items]), tuple(notes)

    async def logs(
        self,
        service: str,
        window: Window,
        *,
        severity: str | None = None,
        contains: str | None = None,
        operation: str | None = None,
        trace_id: str | None = None,
        limit: int = 5000,
    ) -> Answer:
        """See `LogSource.logs`. Only of pods that are there, and of the container before in each."""
        import pandas as pd

        from aisre_nb.sources.queries.records import LONGEST, severities, severity_name

        state = await known(self._api, "Pod", "ReplicaSet")
        found, notes = await pod_logs.records(self._api, state, service, window, limit)
        rows = [{**row, "severity": severity_name(row["severity"]), "body": row["body"][:LONGEST]} for row in found]
        if severity:
            least, names = severity_name(severity), severities()
            if least not in names:
                raise ToolError(f"{severity!r} is not a severity", f"one of {', '.join(names)}")
            rows = [r for r in rows if r["severity"] in names[names.index(least) :] or _bad(r, names.index(least))]
        rows = [row for row in rows if contains is None or contains.lower() in row["body"].lower()]
        rows = [row for row in rows if trace_id is None or row["trace_id"] == trace_id]
        rows = [row for row in rows if operation is None or operation in (row["body"], *row["attributes"].values())]
        total = len(rows)
        frame = pd.DataFrame(rows[-limit:], columns=pod_logs.COLUMNS)
        frame["time"] = pd.to_datetime(frame["time"], utc=True).dt.as_unit("ns")
        frame.attrs["total"] = total
        if total > limit:
            notes.append(f"{total} records match: the newest {limit} are here")
        query = f"GET pods/log of {service}, sinceTime={rfc3339(window.start)}"
        return Answer(frame, query, self.name, total=total, notes=tuple(notes))

    async def log_sample(self, window: Window, limit: int, part: float = 1.0) -> Answer:
        """Raises `SignalMissing`: the logs of all pods are not read to take some of them."""
        raise SignalMissing("pods' logs are read service by service", "add a store of logs: loki, opensearch")

    async def usage(self) -> Answer:
        """What pods and nodes use: the columns of `usage.COLUMNS`."""
        state, notes = await self._readable(*usage.KINDS)
        frame = usage.usage(state)
        if not state.has("PodMetrics"):
            notes = (*notes, "the cluster measures no use (metrics.k8s.io): requests and limits alone")
        return Answer(frame, "GET pods,nodes of metrics.k8s.io, and their specs", self.name, len(frame), notes)

    async def health(self) -> Health:
        """The version, where is looked, and what the account may do there."""
        try:
            version = await self._api.version()
            spaces = await self._api.spaces()
            own = [space or self._api.namespace for space in spaces][:3]
            may = [await rights(self._api, space, self._options.act) for space in own]
        except AisreError as error:
            return Health(False, str(error))
        where = "all namespaces" if spaces == ("",) else f"namespaces {', '.join(spaces)}"
        signals = ("kubernetes", "changes", *(["logs"] if self._options.logs else []))
        return Health(True, f"Kubernetes {version}; {where}", signals, "; ".join(may))

    async def close(self) -> None:
        """Let go of connections."""
        await self._api.client.close()


def _bad(row: dict[str, object], least: int) -> bool:
    """A record without a severity counts as an error where its text says so."""
    from aisre_nb.sources.queries.records import severities

    text = str(row["body"]).lower()
    wanted = ("error", "exception", "fatal", "panic", "traceback")
    return not row["severity"] and least <= severities().index("error") and any(word in text for word in wanted)
