"""Signs of a cause in logs that belong to no trace."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pandas as pd

from aisre_nb.analysis.ranking.logs import log_signs

ONSET = datetime(2031, 5, 6, 10, 30, tzinfo=UTC)
END = ONSET + timedelta(minutes=5)


def _logs(fault: str = "", factor: int = 1) -> pd.DataFrame:
    """Two services that write a line every five seconds; ``factor`` times as many since the onset."""
    rows = []
    for second in range(-1800, 300, 5):
        at = ONSET + timedelta(seconds=second)
        for n in range(factor if second >= 0 else 1):
            line = f"handled request {second * 7 + n}"
            rows += [(at, service, "info", line) for service in ("cart", "mail")]
        if second >= 0 and fault and second % 10 == 0:
            rows.append((at, fault, "error", f"no route to host {second}"))
    return pd.DataFrame(rows, columns=["time", "service", "severity", "body"])


def test_an_error_that_is_new_is_told_with_its_service() -> None:
    first = log_signs(_logs("mail"), ONSET, ONSET - timedelta(minutes=5), END)[0]
    assert (first.service, first.kind) == ("mail", "log") and first.strength > 5
    assert "new: error no route to host <*> in 20 of 20 slices of 15 s, 0 of 120 before" in first.says


def test_a_service_that_falls_silent_in_one_place_is_told() -> None:
    logs = _logs()
    gone = logs[(logs["service"] != "cart") | (logs["time"] < ONSET)]
    other = pd.concat([gone, _logs().query("service == 'cart'").assign(body="waiting", severity="info")])
    signs = log_signs(other, ONSET, ONSET - timedelta(minutes=5), END)
    assert signs[0].service == "cart" and signs[0].says.startswith("missing: info handled request")


def test_more_traffic_is_no_sign_and_no_logs_have_none() -> None:
    assert log_signs(_logs(factor=5), ONSET, ONSET, END) == []
    assert log_signs(_logs().head(0), ONSET, ONSET, END) == []
