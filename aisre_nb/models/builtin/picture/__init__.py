"""What the evidence shows so far."""

from aisre_nb.models.builtin.picture.picture import Picture

__all__ = ["Picture"]
