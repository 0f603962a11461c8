"""The same against kube-apiserver itself, where ``KUBE_APISERVER_BIN`` (and etcd: ``ETCD_BIN``, or on the path) is."""

from __future__ import annotations

import json
import os
import shutil
import socket
import ssl
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import trustme

from aisre_nb.errors import ChangeConflict
from aisre_nb.sources.kinds import Place, checked

from .conftest import deployment, kubeconfig, replica_set, template
from .server import TOKEN

pytest.importorskip("lightkube", reason="needs lightkube: pip install 'aisre-nb[kubernetes]'")

SCALE = {"action": "scale", "service": "shelf", "replicas": 5}


def _port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


class Real:
    """An API server without a controller: what is written stays as it is."""

    def __init__(self, folder: Path, server: str, etcd: str) -> None:
        authority = trustme.CA()
        authority.cert_pem.write_to_path(str(folder / "ca.pem"))
        own = authority.issue_cert("127.0.0.1")
        own.private_key_and_cert_chain_pem.write_to_path(str(folder / "server.pem"))
        own.private_key_pem.write_to_path(str(folder / "key.pem"))
        (folder / "tokens.csv").write_text(f'{TOKEN},aisre,1,"system:masters"\n')
        peers, clients, port = _port(), _port(), _port()
        store, self.url = f"http://127.0.0.1:{clients}", f"https://127.0.0.1:{port}"
        self._context = ssl.create_default_context(cafile=str(folder / "ca.pem"))
        self._log = (folder / "log").open("w")
        self._runs = [
            subprocess.Popen(command, stdout=self._log, stderr=subprocess.STDOUT)
            for command in (
                [etcd, f"--data-dir={folder / 'etcd'}", f"--listen-client-urls={store}",
                 f"--advertise-client-urls={store}", f"--listen-peer-urls=http://127.0.0.1:{peers}"],
                [server, f"--etcd-servers={store}", f"--secure-port={port}", "--bind-address=127.0.0.1",
                 "--service-cluster-ip-range=10.0.0.0/24", f"--cert-dir={folder}", "--authorization-mode=RBAC",
                 f"--tls-cert-file={folder / 'server.pem'}", f"--tls-private-key-file={folder / 'key.pem'}",
                 f"--token-auth-file={folder / 'tokens.csv'}", "--disable-admission-plugins=ServiceAccount",
                 f"--service-account-key-file={folder / 'key.pem'}", "--service-account-issuer=https://here.example",
                 f"--service-account-signing-key-file={folder / 'key.pem'}"],
            )
        ]  # fmt: skip

    def close(self) -> None:
        for run in reversed(self._runs):
            run.terminate()
            run.wait(20)
        self._log.close()

    def ask(self, method: str, path: str, body: Any = None, how: str = "application/json") -> Any:
        data = None if body is None else json.dumps(body).encode()
        headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": how}
        request = urllib.request.Request(self.url + path, data, headers, method=method)
        with urllib.request.urlopen(request, context=self._context, timeout=10) as answer:
            return json.loads(answer.read() or b"{}") if answer.headers.get_content_subtype() == "json" else {}

    def wait(self) -> None:
        end = time.monotonic() + 60
        while True:
            try:
                self.ask("GET", "/readyz")
                return
            except (OSError, urllib.error.URLError):
                assert time.monotonic() < end and all(run.poll() is None for run in self._runs), self._log.name
                time.sleep(0.3)


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Real]:
    server = os.environ.get("KUBE_APISERVER_BIN", "")
    etcd = os.environ.get("ETCD_BIN") or shutil.which("etcd")
    if not server or not etcd:
        pytest.skip("needs kube-apiserver and etcd (KUBE_APISERVER_BIN=…, ETCD_BIN=…)")
    made = Real(tmp_path_factory.mktemp("real"), server, etcd)
    try:
        made.wait()
        made.ask("POST", "/api/v1/namespaces", {"metadata": {"name": "shop"}})
        made.ask("POST", "/apis/apps/v1/namespaces/shop/deployments", deployment("shelf", "0.2.0"))
        for number, version in ((1, "0.1.0"), (2, "0.2.0")):
            one = replica_set("shelf", number, "2026-11-23T08:00:00Z", template("shelf", version))
            labels = one["metadata"]["labels"]
            one["spec"]["selector"] = {"matchLabels": labels}
            one["metadata"]["ownerReferences"][0] |= {"apiVersion": "apps/v1", "uid": f"uid-{number}"}
            made.ask("POST", "/apis/apps/v1/namespaces/shop/replicasets", one)
        made.ask("POST", "/api/v1/namespaces/shop/secrets", {"metadata": {"name": "db"}, "stringData": {"a": "lily"}})
        yield made
    finally:
        made.close()


async def test_lists_rights_and_actions(real: Real, tmp_path: Path) -> None:
    file = kubeconfig(tmp_path / "config", real.url, {"token": TOKEN})
    place = str(Path(real._log.name).parent / "ca.pem")
    file.write_text(file.read_text().replace("server:", f"certificate-authority: {place}\n    server:"))
    offer = checked("prod", {"type": "kubernetes"}, Place(tmp_path, {"KUBECONFIG": str(file)}))()
    cluster, state = offer.cluster, offer.kubernetes
    assert cluster is not None and state is not None
    where = "/apis/apps/v1/namespaces/shop/deployments/shelf"
    try:
        health = await offer.source.health()
        assert health.ok and "rollback, restart, scale, cordon" in health.may
        frame = (await state.objects()).frame
        assert {"Deployment", "ReplicaSet", "Secret"} <= set(frame["kind"])
        assert "bGlseQ" not in json.dumps(list(frame["object"]))
        await cluster.preview(SCALE)
        done = await cluster.apply(SCALE)
        assert real.ask("GET", where)["spec"]["replicas"] == 5 and done.undo is not None
        await cluster.preview(done.undo)
        real.ask("PATCH", where, {"spec": {"replicas": 7}}, "application/merge-patch+json")
        with pytest.raises(ChangeConflict):
            await cluster.apply(done.undo)
        rollback = {"action": "rollback", "service": "shelf"}
        await cluster.preview(rollback)
        await cluster.apply(rollback)
        image = real.ask("GET", where)["spec"]["template"]["spec"]["containers"][0]["image"]
        assert image.endswith("shelf:0.1.0")
    finally:
        await offer.source.close()
