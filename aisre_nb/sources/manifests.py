"""Which images a deployment manifest deploys: Kubernetes objects, kustomizations, Helm values.

Read line by line: templates of Helm are no YAML, and a manifest with one broken document still deploys the others.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePosixPath

_LINE = re.compile(
    r"^(?P<indent>\s*(?:- +)?)[\"']?(?P<key>[A-Za-z_][\w.-]*)[\"']?\s*:\s*(?P<value>[^#\n]*?)\s*(?:#.*)?$"
)
_PLAIN = re.compile(r"[\w./:@+-]+")
_ALIAS = re.compile(r"(-?(service|svc|server|app))$")


@dataclass(frozen=True)
class Image:
    """One image that a manifest deploys."""

    service: str
    """The last part of its name."""
    tag: str
    line: int


def images(text: str, path: str) -> list[Image]:
    """The images of one file, in its order. ``path`` names the service where Helm values do not."""
    found: list[Image] = []
    named = ("", -1)
    for number, line in enumerate(text.splitlines(), start=1):
        match = _LINE.match(line)
        if match is None:
            continue
        key, value = match["key"], match["value"].strip("\"'")
        depth = len(match["indent"])
        match key:
            case "image" if value and _PLAIN.fullmatch(value):
                name, tag = split_image(value)
                found.append(Image(name, tag, number))
            case "name" | "newName" | "repository" if _PLAIN.fullmatch(value):
                named = (split_image(value)[0], depth)
            case "newTag" if value:
                found.append(Image(named[0] or _from_path(path), value, number))
            case "tag" if value and _PLAIN.fullmatch(value):
                # Siblings stand equally deep; a repository elsewhere in the file is somebody else's.
                service = named[0] if named[1] == depth else _from_path(path)
                found.append(Image(service, value, number))
    return found


def split_image(image: str) -> tuple[str, str]:
    """``registry:5000/shop/cart:0.1.0@sha256:…`` is ("cart", "0.1.0"); without a tag its digest, shortened."""
    name, _, digest = image.partition("@")
    last = name.rpartition("/")[2]
    service, _, tag = last.partition(":")
    return service, tag or digest[:19]


def _from_path(path: str) -> str:
    file = PurePosixPath(path)
    stem = re.sub(r"^values[-_.]?|[-_.]?values$", "", file.stem)
    return stem or file.parent.name


def same_service(one: str, other: str) -> bool:
    """Whether two names mean one service: ``cart``, ``Cart``, ``cart-service``, ``cartservice``."""
    return _key(one) == _key(other)


def _key(name: str) -> str:
    plain = name.lower().replace("_", "-")
    return _ALIAS.sub("", plain).strip("-") or plain
