"""``${VAR}`` and ``${VAR:-default}`` in what a configuration says."""

from __future__ import annotations

import re
from collections.abc import Mapping

from aisre_nb.errors import ConfigurationError

_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}")


def expanded(text: str, environ: Mapping[str, str], values: set[str] | None = None) -> str:
    """The text with the environment's values in place of their names.

    ``values`` collects what came from the environment. Raises `ConfigurationError` for a variable that is not set and
    has no default.
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
        if values is not None:
            values.add(known)
        return known

    return _VARIABLE.sub(value, text)


def names(text: str) -> list[str]:
    """The variables that a text names."""
    return [found.group(1) for found in _VARIABLE.finditer(text)]
