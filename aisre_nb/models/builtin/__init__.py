"""The built-in investigator: chooses each next call by rules over what the evidence says; no key, no network."""

from aisre_nb.models.builtin.model import BuiltinModel

__all__ = ["BuiltinModel"]
