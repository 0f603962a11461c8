"""A deployment manifest, set back to the version before."""

from __future__ import annotations

import re

_KEY = re.compile(r"^\s*(?:-\s+)?[\"']?([\w./-]+)[\"']?\s*:\s*(.+?)\s*$")
_TAGS = {"tag", "imagetag", "newtag"}
_COMMON = {"service", "svc", "server", "app", "api"}


def rolled_back(text: str, service: str, bad: str, good: str) -> str | None:
    """The manifest with the image of ``service`` at ``good`` where it was at ``bad``; None where it names no such one.

    Labels and variables on lines of their own whose key speaks of a version, and whose whole value is ``bad``, move
    with the image. Understands Kubernetes (``image:``), Helm values (``tag:``) and Kustomize (``newTag:``).
    """
    token = re.compile(rf"(?<![\w.])(v?){re.escape(bad)}(?![\w.]|-\w)")
    lines = text.splitlines(keepends=True)
    images, labels = [], []
    for n, line in enumerate(lines):
        found = _KEY.match(line.rstrip("\r\n"))
        if not found or line.lstrip().startswith("#") or not token.search(found.group(2)):
            continue
        key, value = found.group(1).lower(), found.group(2)
        if key == "image" or key in _TAGS:
            images.append((n, value))
        elif "version" in key and value.strip("\"'").removeprefix("v") == bad:
            labels.append(n)
    if len(images) > 1:
        # Several containers: only the one whose image is the service's own.
        images = [(n, v) for n, v in images if _parts(service) & _parts(v.rsplit("/", 1)[-1].split(":")[0])]
    if len(images) != 1:
        return None
    for n in (images[0][0], *labels):
        lines[n] = token.sub(lambda found: found.group(1) + good, lines[n])
    return "".join(lines)


def _parts(name: str) -> set[str]:
    return set(re.findall(r"[a-z0-9]+", name.lower())) - _COMMON
