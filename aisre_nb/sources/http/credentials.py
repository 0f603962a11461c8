"""Where secrets of a source come from: an environment variable or the system's keyring, never a file that is shared."""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping

from aisre_nb.errors import ConfigurationError


class Hidden(str):
    """A secret text: it is itself where it is sent, and no ``repr`` shows it."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "'***'"


def secret(
    where: str, what: str, variable: str | None, keyring: str | None, environ: Mapping[str, str]
) -> Hidden | None:
    """The secret that the options name; None where they name none.

    ``what``: ``"token"``. Raises `ConfigurationError` where it is named and not there.
    """
    if variable:
        value = environ.get(variable, "").strip()
        if not value:
            raise ConfigurationError(
                f"{where}: {what}_env names {variable}, which is not set",
                f"export {variable}=… before the kernel starts",
            )
    elif keyring:
        value = _from_keyring(where, what, keyring)
    else:
        return None
    if not (value.isascii() and value.isprintable()):
        raise ConfigurationError(
            f"{where}: its {what} holds signs that no header can", "set it anew, without a line break"
        )
    return Hidden(value)


def _from_keyring(where: str, what: str, place: str) -> str:
    service, _, user = place.rpartition("/")
    if importlib.util.find_spec("keyring") is None:
        raise ConfigurationError(f"{where}: {what}_keyring needs keyring", "pip install 'aisre-nb[keyring]'")
    import keyring

    try:
        value = keyring.get_password(service, user)
    # A backend of the keyring raises whatever its system does.
    except Exception as error:
        raise ConfigurationError(
            f"{where}: the keyring does not answer ({type(error).__name__})", f"unlock it, or use {what}_env"
        ) from None
    if not value:
        raise ConfigurationError(f"{where}: the keyring has no {place}", f"keyring set {service} {user}")
    return str(value).strip()
