"""Things that Jupyter draws."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aisre_nb.evidence.evidence import Evidence
from aisre_nb.report.report import Report


class Shown:
    """A finished mimebundle as a display object."""

    def __init__(self, bundle: Mapping[str, Any]) -> None:
        self._bundle = dict(bundle)

    @classmethod
    def evidence(cls, evidence: Evidence, report: Report | None = None) -> Shown:
        """A figure where it has one, else a table; with a report, what its claims say of it is marked."""
        from aisre_nb.render.rests_on import resting
        from aisre_nb.render.step import body

        return cls(body(evidence, resting(report, evidence) if report else ())[0])

    @classmethod
    def report(
        cls, report: Report, evidence: Mapping[str, Evidence], usage: Mapping[str, float], seconds: float
    ) -> Shown:
        """The report."""
        from aisre_nb.render.report import bundle

        return cls(bundle(report, evidence, usage, seconds))

    def bundle(self) -> dict[str, Any]:
        """The mimebundle."""
        return self._bundle

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        return self._bundle

    def __repr__(self) -> str:
        return str(self._bundle.get("text/plain", ""))
