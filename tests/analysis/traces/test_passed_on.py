"""What begins in a service, and what it passes on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pandas as pd

from aisre_nb.analysis.traces.deviations import deviations
from aisre_nb.analysis.traces.passed_on import passed_on
from aisre_nb.analysis.traces.steps import steps
from aisre_nb.analysis.traces.visits import visits

ONSET = datetime(2031, 5, 6, 10, 30, tzinfo=UTC)


def test_a_caller_that_errs_because_its_callee_does_passes_it_on(chain: Callable[..., Any]) -> None:
    spans, logs = chain(error="back")
    late = logs[(logs["service"] == "back") & (logs["severity"] == "error")]
    told = late.assign(service="middle", span_id=late["trace_id"] + "-middle", body="middle.Work#30 got an error")
    found, (units, taken) = visits(spans), steps(visits(spans), pd.concat([logs, told]))
    changed = deviations(units, taken, ONSET)
    assert set(changed["service"]) == {"back", "middle"}
    parts = passed_on(found, units, taken, changed, ONSET)
    assert parts["back"] == 0.0 and parts["middle"] > 0.9


def test_of_trouble_that_names_another_service_half_is_that_ones(chain: Callable[..., Any]) -> None:
    spans, logs = chain(error="middle")
    logs["body"] = logs["body"].where(logs["severity"] != "error", "middle.Work#15 no instance of back")
    found, (units, taken) = visits(spans), steps(visits(spans), logs)
    parts = passed_on(found, units, taken, deviations(units, taken, ONSET), ONSET)
    assert parts == {"middle": 0.5}


def test_without_deviations_there_is_nothing_to_pass_on(chain: Callable[..., Any]) -> None:
    spans, logs = chain()
    found, (units, taken) = visits(spans), steps(visits(spans), logs)
    assert passed_on(found, units, taken, deviations(units, taken, ONSET), ONSET) == {}
