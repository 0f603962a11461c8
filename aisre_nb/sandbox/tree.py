"""The shop's files, as package data."""

from __future__ import annotations

from pathlib import Path
from string import Template

from aisre_nb.sandbox.services import SERVICES, Service

SHOP = Path(__file__).parent / "shop"


def base_tree() -> dict[str, str]:
    """Texts by path: the repository before any change that the history makes later, without service manifests."""
    return _read(SHOP / "base")


def next_cart() -> dict[str, str]:
    """The files of the cart that its next version changes or adds."""
    return _read(SHOP / "cart-next")


def manifest(service: Service, version: str) -> str:
    """The Deployment of a service."""
    text = (SHOP / "manifest.yaml").read_text(encoding="utf-8")
    return Template(text).substitute(
        service=service.name,
        team=service.team,
        replicas=service.replicas,
        version=version,
        cpu=service.cpu,
        memory=service.memory,
        limit=service.memory * 2,
    )


def service_named(name: str) -> Service:
    """The service of that name in `SERVICES`."""
    return next(service for service in SERVICES if service.name == name)


def _read(folder: Path) -> dict[str, str]:
    found = {}
    for file in sorted(folder.rglob("*")):
        if file.is_file() and "__pycache__" not in file.parts:
            # Names with a leading dot would be hidden from what packs and searches this project.
            path = file.relative_to(folder).as_posix().replace("dot-", ".")
            found[path] = file.read_text(encoding="utf-8")
    return found
