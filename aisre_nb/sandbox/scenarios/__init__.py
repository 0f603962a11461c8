"""The scenarios, one file each: a module of this package with a ``SCENARIO`` and a ``plan``.

A new one is a new file: what changes, when, and what is true. Nothing else has to be told of it.
"""

from __future__ import annotations

import importlib
import pkgutil

from aisre_nb.sandbox.scenario import Planner, Scenario


def every() -> tuple[tuple[Scenario, Planner], ...]:
    """All scenarios with their planners, by name."""
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    modules = [importlib.import_module(f"{__name__}.{name}") for name in names]
    return tuple((module.SCENARIO, module.plan) for module in modules)


ALL = every()
