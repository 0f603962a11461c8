"""How long a model is waited for before it is asked again."""

from aisre_nb.backoff import Backoff

__all__ = ["Backoff"]
