"""Certificates as a kubeconfig has them: the cluster's own authority, and a client's certificate."""

from __future__ import annotations

import base64
import ssl
from pathlib import Path
from typing import Any

import pytest
import trustme

from aisre_nb.sources.kinds import Place, checked

from .conftest import items, kubeconfig
from .server import TOKEN, KubernetesServer

pytest.importorskip("lightkube", reason="needs lightkube: pip install 'aisre-nb[kubernetes]'")


async def test_the_authority_and_the_clients_certificate_are_those_of_the_kubeconfig(tmp_path: Path) -> None:
    authority, stranger = trustme.CA(), trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    authority.configure_trust(context)
    context.verify_mode = ssl.CERT_REQUIRED
    mine = authority.issue_cert("me@shop.example")
    key = mine.private_key_pem.bytes()
    chain = b"".join(blob.bytes() for blob in mine.cert_chain_pems)
    user: dict[str, Any] = {
        "token": TOKEN,
        "client-certificate-data": base64.b64encode(chain).decode(),
        "client-key-data": base64.b64encode(key).decode(),
    }
    server = KubernetesServer(items(), context)

    async def health(who: dict[str, Any], ca: trustme.CA) -> Any:
        ca.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
        file = kubeconfig(tmp_path / "config", server.url, who)
        # A path that is relative to the kubeconfig, as kubectl has it.
        file.write_text(file.read_text().replace("server:", "certificate-authority: ca.pem\n    server:"))
        source = checked("prod", {"type": "kubernetes"}, Place(Path("/"), {"KUBECONFIG": str(file)}))().source
        try:
            return await source.health()
        finally:
            await source.close()

    try:
        assert (await health(user, authority)).ok
        refused = await health(user, stranger)
        assert not refused.ok and "a certificate or an encryption that does not hold" in refused.detail
        assert not (await health({"token": TOKEN}, authority)).ok
    finally:
        server.close()
