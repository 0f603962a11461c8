"""Rollback, scale, restart, cordon: each planned on the object as it is, and done only on that one."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from aisre_nb.errors import ChangeConflict, ToolError
from aisre_nb.sources.cluster import Action, Done, Planned, Tell, real_time
from aisre_nb.sources.http.failure import Understood
from aisre_nb.sources.kubernetes import drain, plans
from aisre_nb.sources.kubernetes.api import KINDS, KubernetesApi
from aisre_nb.sources.kubernetes.plans import Plan

_TRIES = 4
"""A resource version moves with each status that is written; what was shown is the spec."""
_KEPT = 50


class KubernetesActions:
    """A `Cluster`. What an action does was planned on an object as it was; on another one nothing runs."""

    actions = frozenset(("rollback", "scale", "restart", "cordon", "uncordon"))

    def __init__(self, name: str, api: KubernetesApi) -> None:
        self.name = name
        self._api = api
        self._planned: dict[str, Plan] = {}

    async def now(self) -> datetime:
        """See `Cluster.now`."""
        return datetime.now(UTC)

    async def preview(self, action: Action) -> Planned:
        """See `Cluster.preview`."""
        makers = {"rollback": plans.rollback, "scale": plans.scale, "restart": plans.restart,
                  "cordon": plans.cordon, "uncordon": plans.cordon}  # fmt: skip
        maker = makers.get(str(action.get("action")))
        if maker is None:
            raise ToolError(f"{str(action.get('action'))[:60]!r} is no action", f"one of {', '.join(sorted(makers))}")
        plan = await maker(self._api, action)
        self._planned[_key(action)] = plan
        while len(self._planned) > _KEPT:
            self._planned.pop(next(iter(self._planned)))
        return plan.shown

    async def apply(self, action: Action) -> Done:
        """See `Cluster.apply`. Raises `ChangeConflict` where its spec is not the one that was planned on."""
        plan = self._planned.pop(_key(action), None)
        if plan is None:
            await self.preview(action)
            plan = self._planned.pop(_key(action))
        at = datetime.now(UTC)
        await self._patched(plan)
        text = plan.shown.title
        if plan.pods:
            text += f"; {await drain.evicted(self._api, plan.pods)}"
        return Done(text, at, plan.shown.undo)

    async def _patched(self, plan: Plan) -> None:
        kind = KINDS[plan.kind]
        for _ in range(_TRIES):
            now = await self._api.get(kind, plan.namespace, plan.name)
            if plans.fingerprint(now) != plan.fingerprint:
                break
            version = str(now.get("metadata", {}).get("resourceVersion", ""))
            try:
                await self._api.patch(kind, plan.namespace, plan.name, plan.patch(version), plan.how, plan.sub)
                return
            except Understood as error:
                # 409: written to meanwhile; whether that was its status alone is seen in the next turn.
                if error.status != 409:
                    raise
        raise ChangeConflict(f"{plan.shown.scope} is not as it was shown any more; nothing ran", "propose it again")

    async def wait(self, minutes: float, tell: Tell) -> datetime:
        """See `Cluster.wait`."""
        return await real_time(minutes, tell)


def _key(action: Action) -> str:
    return json.dumps(dict(action), sort_keys=True, default=str)
