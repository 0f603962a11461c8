"""``${VAR}`` and ``${VAR:-default}`` in what a configuration says."""

from __future__ import annotations

import re
from collections.abc import Mapping

from aisre_nb.errors import ConfigurationError
from aisre_nb.evidence.secret_names import strength

_TOKEN = re.compile(r"(?:^|[_-])(?:pat|auth|pw|creds?)(?:$|[_-])", re.IGNORECASE)
_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}")


def expanded(text: str, environ: Mapping[str, str], values: set[str] | None = None) -> str:
    """The text with the environment's values in place of their names.

    ``values`` collects what came from variables whose name says that it is secret. Raises `ConfigurationError` for a
    variable that is not set and has no default.
    """

    def value(found: re.Match[str]) -> str:
        name, default = found.group(1), found.group(2)
        known = environ.get(name)
        if known is None or (known == "" and default is not None):
            if default is None:
                raise ConfigurationError(
                    f"{name} is not set", f"export it before Jupyter starts, or write ${{{name}:-}}"
                )
            return default
        if values is not None and is_secret(name):
            values.add(known)
        return known

    return _VARIABLE.sub(value, text)


def is_secret(name: str) -> bool:
    """Whether what stands under this name is to be masked wherever it is repeated."""
    return bool(strength(name)) or _TOKEN.search(name) is not None


def names(text: str) -> list[str]:
    """The variables that a text names."""
    return [found.group(1) for found in _VARIABLE.finditer(text)]
