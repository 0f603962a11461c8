"""The AI SRE in a Jupyter notebook."""

from __future__ import annotations

from typing import Any

__version__ = "0.1.0"
__all__ = ["__version__", "load_ipython_extension", "sre", "unload_ipython_extension"]


def load_ipython_extension(shell: Any) -> None:
    """``%load_ext aisre_nb``."""
    from aisre_nb.notebook.extension import load

    load(shell)


def unload_ipython_extension(shell: Any) -> None:
    """``%unload_ext aisre_nb``."""
    from aisre_nb.notebook.extension import unload

    unload(shell)


def __getattr__(name: str) -> Any:
    if name == "sre":
        from aisre_nb.notebook.handle import sre

        return sre
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
