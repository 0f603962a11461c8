"""Actions in short, for the truths of scenarios."""

from __future__ import annotations

from aisre_nb.sandbox.scenario import Action


def rollback(service: str) -> Action:
    """To the revision before."""
    return {"action": "rollback", "service": service}


def restart(service: str) -> Action:
    """New pods of the same revision."""
    return {"action": "restart", "service": service}


def scale(service: str, replicas: int) -> Action:
    """More or fewer pods."""
    return {"action": "scale", "service": service, "replicas": replicas}


def config(service: str, key: str, value: str) -> Action:
    """Another setting."""
    return {"action": "set_config", "service": service, "key": key, "value": value}


def flag(name: str, percent: float) -> Action:
    """Another percentage."""
    return {"action": "set_flag", "flag": name, "percent": percent}


def drain(node: str) -> Action:
    """Cordon a node and move its pods."""
    return {"action": "cordon", "node": node, "drain": True}


def uncordon(node: str) -> Action:
    """Let pods onto a node again."""
    return {"action": "uncordon", "node": node}
