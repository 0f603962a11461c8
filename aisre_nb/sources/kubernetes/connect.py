"""Which cluster is meant, and who asks: kubeconfig as kubectl reads it, or the pod's own account."""

from __future__ import annotations

import importlib.util
import os
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aisre_nb.errors import ConfigurationError
from aisre_nb.sources.http.access import Access
from aisre_nb.sources.http.credentials import Hidden
from aisre_nb.sources.kubernetes.options import KubernetesOptions

if TYPE_CHECKING:
    import httpx2
    from lightkube.config.kubeconfig import KubeConfig, SingleConfig

    from aisre_nb.sources.kinds import Place

_ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount")


@dataclass(frozen=True)
class Connection:
    """Where the API server is."""

    access: Access
    opens: Callable[[Mapping[str, Any]], httpx2.AsyncClient]
    namespace: str
    """The context's own."""


def connection(name: str, options: KubernetesOptions, place: Place) -> Connection:
    """Raises `ConfigurationError`; no text of the kubeconfig, which holds secrets, stands in it."""
    where = f"[sources.{name}]"
    if importlib.util.find_spec("lightkube") is None:
        raise ConfigurationError(f"{where} needs lightkube", "pip install 'aisre-nb[kubernetes]'")
    from lightkube.config.client_adapter import user_auth, verify_cluster
    from lightkube.core.exceptions import ConfigError

    single = _single(where, options, place)
    user = single.user
    if user is not None and user.exec is not None and options.kubeconfig:
        # aisre.toml may be a stranger's: what it points to must not run a program.
        raise ConfigurationError(
            f"{where}: {options.kubeconfig} names a program that gets credentials, which is not run from aisre.toml",
            "leave kubeconfig out, and export KUBECONFIG=… instead",
        )
    if user is not None and user.exec is not None and user.exec.apiVersion.endswith("/v1"):
        # The answer of the program is the same in v1 and v1beta1, and lightkube knows the latter alone.
        user.exec.apiVersion = "client.authentication.k8s.io/v1beta1"
    try:
        auth = user_auth(user)
    except ConfigError:
        raise ConfigurationError(f"{where}: its kubeconfig has an auth-provider", "use an exec plugin") from None
    secrets = tuple(Hidden(s) for s in (user.token, user.password) if s) if user is not None else ()
    url = single.cluster.server.rstrip("/")
    if not url.startswith(("https://", "http://")):
        raise ConfigurationError(f"{where}: the server of that context is no address", "see: kubectl config view")
    access = Access(name, url, secrets=secrets, seconds=options.timeout_seconds, largest=int(options.max_mb * 1e6))

    def opens(settings: Mapping[str, Any]) -> httpx2.AsyncClient:
        import httpx2
        from lightkube.config.models import User

        if url.startswith("https://"):
            verify = verify_cluster(single.cluster, user or User(), single.abs_file)
        else:
            # Of no certificates where nothing is encrypted: reading them takes its time.
            verify = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        return httpx2.AsyncClient(verify=verify, auth=auth, **settings)

    return Connection(access, opens, single.namespace)


def _single(where: str, options: KubernetesOptions, place: Place) -> SingleConfig:
    from lightkube.core.exceptions import ConfigError

    files = _files(options, place)
    wanted = options.context
    try:
        configs = [_read(where, file) for file in files] or [_account(where, place.environ)]
        wanted = wanted or next((c.current_context for c in configs if c.current_context), None) or ""
        config = next((c for c in configs if wanted in c.contexts), None)
        if config is None:
            names = ", ".join(sorted(name for c in configs for name in c.contexts)[:20]) or "none"
            told = f"has no context {wanted[:60]!r}" if wanted else "has no current context"
            raise ConfigurationError(f"{where}: the kubeconfig {told}", f'write context = "…"; there are {names}')
        found = config.get(wanted)
    except (ConfigError, KeyError):
        raise ConfigurationError(
            f"{where}: the kubeconfig names a cluster or a user that it has not", "see: kubectl config view"
        ) from None
    assert found is not None
    return found


def _files(options: KubernetesOptions, place: Place) -> list[Path]:
    if options.kubeconfig:
        return [place.base / Path(options.kubeconfig).expanduser()]
    named = [Path(p).expanduser() for p in place.environ.get("KUBECONFIG", "").split(os.pathsep) if p]
    if named:
        return [p for p in named if p.is_file()] or named[:1]
    if place.environ.get("KUBERNETES_SERVICE_HOST") and (_ACCOUNT / "token").is_file():
        return []
    return [Path("~/.kube/config").expanduser()]


def _read(where: str, file: Path) -> KubeConfig:
    from lightkube.config.kubeconfig import KubeConfig
    from lightkube.core.exceptions import ConfigError

    try:
        return KubeConfig.from_file(file)
    except (ConfigError, OSError) as error:
        why = "cannot be read" if file.is_file() else "is not there"
        raise ConfigurationError(
            f"{where}: the kubeconfig {file} {why} ({type(error).__name__})", "export KUBECONFIG=…, or write kubeconfig"
        ) from None
    # Whatever is wrong in it: the text of such an error quotes the file, and with it its secrets.
    except Exception as error:
        raise ConfigurationError(
            f"{where}: {file} is no kubeconfig ({type(error).__name__})", "see: kubectl config view"
        ) from None


def _account(where: str, environ: Mapping[str, str]) -> KubeConfig:
    from lightkube.config.kubeconfig import KubeConfig
    from lightkube.config.models import Cluster, User

    host, port = environ["KUBERNETES_SERVICE_HOST"], environ.get("KUBERNETES_SERVICE_PORT", "443")
    server = f"https://[{host}]:{port}" if ":" in host else f"https://{host}:{port}"
    try:
        space = (_ACCOUNT / "namespace").read_text(encoding="utf-8").strip()
    except OSError:
        space = "default"
    cluster = Cluster(server=server, certificate_auth=str(_ACCOUNT / "ca.crt"))
    return KubeConfig.from_one(cluster=cluster, user=User(token_file=str(_ACCOUNT / "token")), namespace=space)
