"""``aisre-nb``: the same investigation without a notebook, and what surrounds it."""

from aisre_nb.cli.main import main

__all__ = ["main"]
