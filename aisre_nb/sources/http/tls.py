"""Which certificates a source's connections believe."""

from __future__ import annotations

import ssl

from aisre_nb.sources.http.access import Access
from aisre_nb.sources.http.failure import of_answer


def context(access: Access) -> ssl.SSLContext:
    """Raises `SourceUnreachable` where the authority's file holds no certificates."""
    import httpx2

    if access.url.startswith("http:"):
        # Nothing is encrypted, and reading certificates takes its time: this one believes nobody.
        return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if access.ca_file is None or not access.verify:
        return httpx2.create_ssl_context(access.verify)
    try:
        return ssl.create_default_context(cafile=str(access.ca_file))
    except (ssl.SSLError, OSError):
        told = f"has a ca_file that holds no certificates: {access.ca_file}"
        raise of_answer(access, told, "write it as PEM") from None
