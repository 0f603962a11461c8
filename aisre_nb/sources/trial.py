"""Where a service's tests are run on trees that are only proposed."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from aisre_nb.sources.code_source import SuiteRun


class Trial:
    """A `SuiteRunner`: a child of its own for each run, with limits, as the sandbox tries source."""

    def run(self, texts: Mapping[str, str], only: Collection[str] = ()) -> SuiteRun:
        """See `SuiteRunner.run`."""
        from aisre_nb.sandbox.repository.tests_trial import run_tests

        return run_tests(texts, only)
