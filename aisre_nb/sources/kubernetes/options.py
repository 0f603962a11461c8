"""What ``[sources.NAME]`` of type kubernetes may hold."""

from __future__ import annotations

import re

from pydantic import Field, field_validator

from aisre_nb.sources.options import Link, Options

_NAME = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")


class KubernetesOptions(Options):
    """Which cluster, and how much of it is looked at."""

    context: str = ""
    """One of the kubeconfig's; empty: its current one."""
    kubeconfig: str = ""
    """A file; empty: ``KUBECONFIG``, else the pod's own account in a cluster, else ``~/.kube/config``."""
    namespaces: list[str] = Field(default_factory=list, max_length=20)
    """Empty: all that the account may list, else the context's own."""
    logs: bool = True
    act: bool = True
    """Whether rollback, scale, restart and cordon are offered; each is shown and asked for."""
    timeout_seconds: float = Field(30.0, gt=0, le=600, strict=False)
    max_mb: float = Field(64.0, gt=0, le=4096, strict=False)
    link: Link = ""
    """The address of a Kubernetes Dashboard."""

    @field_validator("namespaces")
    @classmethod
    def _names(cls, names: list[str]) -> list[str]:
        for name in names:
            if not _NAME.fullmatch(name):
                raise ValueError(f"{name[:60]!r} is no namespace → small letters, digits and dashes")
        return names
