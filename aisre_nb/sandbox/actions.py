"""What can be done to a world, what it would change, and how it is done."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from aisre_nb.errors import UsageError
from aisre_nb.sandbox.engine.cluster import Cluster
from aisre_nb.sandbox.repository import gitops
from aisre_nb.sandbox.settings import fits

NAMES = (
    "rollback", "scale", "restart", "set_flag", "set_config", "cordon", "uncordon", "silence", "merge",
)  # fmt: skip
"""All actions; ``merge`` is followed in `world.py`."""


@dataclass(frozen=True)
class Preview:
    """What an action would do."""

    title: str
    scope: str
    """What it touches: ``deployment/cart``."""
    rows: tuple[tuple[str, str, str], ...]
    """What, before, after."""
    undo: Mapping[str, Any] | None
    """The action that takes it back; None where nothing does."""
    do: Callable[[Cluster, float], None]
    change: Mapping[str, Any]
    """How ``changes.jsonl`` tells it: kind, service, title, from, to."""


def preview(action: Mapping[str, Any], cluster: Cluster, at: float) -> Preview:
    """What an action would do now. Raises `UsageError` for one that cannot be done."""
    kind = str(action.get("action", ""))
    makers = {
        "rollback": _rollback, "scale": _scale, "restart": _restart, "set_flag": _flag, "set_config": _config,
        "cordon": _cordon, "uncordon": _uncordon, "silence": _silence,
    }  # fmt: skip
    if kind not in makers:
        raise UsageError(f"{kind!r} is no action", f"one of {', '.join(NAMES)}")
    return makers[kind](action, cluster, at)


def _service(action: Mapping[str, Any], cluster: Cluster) -> str:
    name = str(action.get("service", ""))
    if name not in cluster.pods:
        raise UsageError(f"there is no deployment {name!r}", f"one of {', '.join(sorted(cluster.pods))}")
    return name


def _rollback(action: Mapping[str, Any], cluster: Cluster, at: float) -> Preview:
    service = _service(action, cluster)
    known = cluster.revisions[service]
    now = known[-1]
    wanted = str(action.get("to") or "")
    told = dict(now.settings)
    older = [
        r for r in known[:-1]
        if (r.version == wanted if wanted else r.version != now.version or dict(r.settings) != told)
    ]  # fmt: skip
    if not older:
        versions = ", ".join(dict.fromkeys(r.version for r in known[:-1])) or "none"
        what = (
            f"no earlier revision of {service} has version {wanted}" if wanted else f"{service} has no earlier revision"
        )
        raise UsageError(what, f"earlier versions: {versions}")
    target = older[-1]
    rows = [
        ("revision", str(now.number), str(target.number)),
        ("image", f"{service}:{now.version}", f"{service}:{target.version}"),
    ]
    for key in sorted({*now.settings, *target.settings}):
        before, after = now.settings.get(key, ""), target.settings.get(key, "")
        if before != after:
            rows.append((key, before, after))
    pods = len(cluster.alive(service, at))
    rows.append(
        ("pods", f"{pods} of revision {now.number}", f"{cluster.replicas[service]}, replaced one after the other")
    )
    undo = {"action": "rollback", "service": service, "to": now.version}
    return Preview(
        f"Roll {service} back to {target.version}", f"deployment/{service}", tuple(rows), undo,
        lambda c, t: c.rollout(service, t, version=target.version, changed=dict(target.settings)),
        {"kind": "deployment", "service": service, "title": f"Roll back {service} to {target.version}",
         "from": now.version, "to": target.version},
    )  # fmt: skip


def _scale(action: Mapping[str, Any], cluster: Cluster, at: float) -> Preview:
    service = _service(action, cluster)
    try:
        wanted = int(action["replicas"])
    except (KeyError, TypeError, ValueError):
        raise UsageError("scale needs a whole number of replicas", 'write {"replicas": 4}') from None
    before = cluster.replicas[service]
    if not 0 <= wanted <= 50:
        raise UsageError(f"{wanted} replicas are not possible", "0 to 50")
    most = cluster.settings[service].get("autoscaling.max")
    rows = [("replicas", str(before), str(wanted))]
    if most is not None and wanted > int(most):
        rows.append(("autoscaling.max", most, str(wanted)))

    def do(c: Cluster, t: float) -> None:
        if most is not None and wanted > int(most):
            c.settings[service]["autoscaling.max"] = str(wanted)
        c.scale(service, t, wanted)

    return Preview(
        f"Scale {service} from {before} to {wanted}", f"deployment/{service}", tuple(rows),
        {"action": "scale", "service": service, "replicas": before}, do,
        {"kind": "scale", "service": service, "title": f"Scale {service}", "from": str(before), "to": str(wanted)},
    )  # fmt: skip


def _restart(action: Mapping[str, Any], cluster: Cluster, at: float) -> Preview:
    service = _service(action, cluster)
    pods = cluster.alive(service, at)
    rows = tuple(("pod", pod.name, "replaced by a new one of the same revision") for pod in pods)
    version = cluster.versions[service]
    return Preview(
        f"Restart {service}", f"deployment/{service}", rows, None,
        lambda c, t: c.rollout(service, t),
        {"kind": "deployment", "service": service, "title": f"Restart {service}", "from": version, "to": version},
    )  # fmt: skip


def _flag(action: Mapping[str, Any], cluster: Cluster, at: float) -> Preview:
    name = str(action.get("flag", ""))
    if name not in cluster.flags:
        raise UsageError(f"there is no flag {name!r}", f"one of {', '.join(sorted(cluster.flags))}")
    try:
        percent = float(action["percent"])
    except (KeyError, TypeError, ValueError):
        raise UsageError("a flag needs a percentage", 'write {"percent": 0}') from None
    if not 0 <= percent <= 100:
        raise UsageError(f"{percent:g} is not a percentage", "0 to 100")
    before = cluster.flags[name]
    return Preview(
        f"Turn flag {name} to {percent:g} %", f"flag/{name}", (("percent", f"{before:g}", f"{percent:g}"),),
        {"action": "set_flag", "flag": name, "percent": before},
        lambda c, t: c.flags.update({name: percent}),
        {"kind": "flag", "service": "", "title": f"Flag {name}", "from": f"{before:g} %", "to": f"{percent:g} %"},
    )  # fmt: skip


def _config(action: Mapping[str, Any], cluster: Cluster, at: float) -> Preview:
    service, key, value = (str(action.get(name, "")) for name in ("service", "key", "value"))
    if service not in cluster.settings:
        raise UsageError(f"{service!r} has no settings", f"one of {', '.join(sorted(cluster.settings))}")
    known = cluster.settings[service]
    if key not in known:
        raise UsageError(f"{service} has no setting {key!r}", f"one of {', '.join(sorted(known))}")
    _must_fit(key, cluster.blueprint.first_settings()[service].get(key, known[key]), value)
    rows = [(key, known[key], value)]
    if service in cluster.pods and service not in cluster.blueprint.live and key != "autoscaling.max":
        rows.append(("pods", f"{len(cluster.alive(service, at))} running", "replaced one after the other"))
    path = gitops.path_of(cluster.blueprint, service, key)
    return Preview(
        f"Set {key} of {service} to {value}", path, tuple(rows),
        {"action": "set_config", "service": service, "key": key, "value": known[key]},
        lambda c, t: c.set(service, t, key, value),
        {"kind": "config", "service": service, "title": f"Set {key} of {service}", "from": known[key], "to": value},
    )  # fmt: skip


def _must_fit(key: str, first: str, value: str) -> None:
    """A number stays a number: a pod that cannot read its settings is no remedy."""
    if not value or "\n" in value or len(value) > 200:
        raise UsageError(f"{value[:40]!r} is no value for {key}", "one line of text")
    if not fits(first, value):
        raise UsageError(f"{value!r} is no value for {key}", f"it is written like {first}")


def _node(action: Mapping[str, Any], cluster: Cluster) -> str:
    name = str(action.get("node", ""))
    if name not in cluster.nodes:
        raise UsageError(f"there is no node {name!r}", f"one of {', '.join(cluster.nodes)}")
    return name


def _cordon(action: Mapping[str, Any], cluster: Cluster, at: float) -> Preview:
    name = _node(action, cluster)
    drain = bool(action.get("drain", False))
    pods = [p for s, every in cluster.pods.items() for p in every if p.node == name and p.ready(at)]
    rows = [("schedulable", str(not cluster.nodes[name].cordoned).lower(), "false")]
    if drain:
        rows += [("pod", p.name, "moved to another node") for p in pods if cluster.blueprint.by_name[p.service].tagged]

    def do(c: Cluster, t: float) -> None:
        c.nodes[name].cordoned = True
        if drain:
            c.drain(name, t)

    title = f"{'Drain' if drain else 'Cordon'} {name}"
    return Preview(
        title, f"node/{name}", tuple(rows), {"action": "uncordon", "node": name}, do,
        {"kind": "k8s_event", "service": "", "title": title, "from": "", "to": ""},
    )  # fmt: skip


def _uncordon(action: Mapping[str, Any], cluster: Cluster, at: float) -> Preview:
    name = _node(action, cluster)
    before = "false" if cluster.nodes[name].cordoned else "true"

    def do(c: Cluster, t: float) -> None:
        c.nodes[name].cordoned = False

    return Preview(
        f"Uncordon {name}", f"node/{name}", (("schedulable", before, "true"),), {"action": "cordon", "node": name}, do,
        {"kind": "k8s_event", "service": "", "title": f"Uncordon {name}", "from": "", "to": ""},
    )  # fmt: skip


def _silence(action: Mapping[str, Any], cluster: Cluster, at: float) -> Preview:
    matchers = action.get("matchers")
    if not isinstance(matchers, Mapping) or not matchers:
        raise UsageError("a silence needs matchers", 'write {"matchers": {"alertname": "HighLatency"}, "minutes": 60}')
    try:
        minutes = float(action.get("minutes", 60))
    except (TypeError, ValueError):
        raise UsageError("a silence lasts some minutes", 'write {"minutes": 60}') from None
    if not 0 < minutes <= 24 * 60:
        raise UsageError(f"{minutes:g} minutes are too long for a silence, or too short", "up to a day")
    told = ", ".join(f"{k}={v}" for k, v in sorted(matchers.items()))
    service = str(matchers.get("service", ""))
    return Preview(
        f"Silence {told} for {minutes:g} minutes", "silence",
        (("matchers", "", told), ("minutes", "", f"{minutes:g}")), None, lambda c, t: None,
        {"kind": "config", "service": service, "title": f"Silence {told}", "from": "", "to": f"{minutes:g} min"},
    )  # fmt: skip
