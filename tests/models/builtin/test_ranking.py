"""Where there are neither alerts nor changes, services are ranked, and the first is named only if it is likely."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pandas as pd
import pytest

from aisre_nb.evidence.evidence import Evidence
from aisre_nb.models.builtin import ranking
from aisre_nb.report.finish import finish


def _ranked(*probabilities: float) -> list[dict[str, Any]]:
    names = ("ledger-service", "mailer", "storefront")
    return [
        {
            "service": name, "probability": likely, "score": 9 * likely, "against": ["its metrics did not move"],
            "for": [
                {"kind": "log", "says": f"missing: end of {name} in 0 of 30 requests, 60 of 60 before", "now": 0.0,
                 "before": 1.0, "unit": "share", "strength": 8.0, "resource": "end"},
                {"kind": "latency", "says": "slower", "now": 2.0, "before": 1.9, "unit": "ms", "strength": 0.2,
                 "resource": ""},
            ],
        }
        for name, likely in zip(names, probabilities, strict=False)
    ]  # fmt: skip


@pytest.fixture
def quiet(names: Any) -> Any:
    """A system of which nobody knows alerts or changes, and whose signals are all well."""

    @dataclass
    class Quiet(names.World):  # type: ignore[misc, name-defined]
        raised: dict[str, str] = field(default_factory=dict)
        broken: dict[str, str] = field(
            default_factory=lambda: {"get_alerts": "there are no alerts", "get_deployments": "there are no changes"}
        )
        ranked: list[dict[str, Any]] = field(default_factory=lambda: _ranked(0.93, 0.04, 0.01))
        reported: bool = True
        gaps: tuple[str, ...] = ("only 12 requests before it began were seen",)

        def _rank_services(self, onset: str = "") -> dict[str, Any]:
            rows = [
                {"rank": n, "service": one["service"], "probability": one["probability"], "sign": m, **sign}
                for n, one in enumerate(self.ranked, 1)
                for m, sign in enumerate(one["for"], 1)
            ]
            columns = ["rank", "service", "probability", "sign", "kind", "now", "strength"]
            facts = {
                "ranked": self.ranked, "onset": names.ago(5), "reported": self.reported, "gaps": list(self.gaps),
            }  # fmt: skip
            return {"kind": "table", "facts": facts, "frame": pd.DataFrame(rows, columns=columns)}

    return Quiet()


@pytest.fixture
def drive(names: Any, quiet: Any) -> Any:
    driven = names.Drive(quiet)
    driven.tools = (*driven.tools, "rank_services")
    return driven


async def test_a_likely_first_is_the_cause_with_a_proof_that_closes(drive: Any) -> None:
    draft = await drive.ask("Users see failing requests. Find the root cause.")
    assert draft.outcome == "root_cause"
    assert draft.root_cause.ranked == ["ledger-service", "mailer", "storefront"]
    assert draft.root_cause.services == ["ledger-service"] and draft.root_cause.kind == "code"
    report = finish(draft, "?", drive.evidence, [], "builtin")
    assert report.outcome == "root_cause" and report.proved and 0.5 < (report.confidence or 0) < 0.97
    assert any("12 requests" in gap for gap in report.gaps)
    # What tells nothing is no claim.
    assert [claim.text for claim in draft.claims] == [
        "ledger-service: missing: end of ledger-service in 0 of 30 requests, 60 of 60 before."
    ]
    # Its lines and requests were looked at, and no golden signal that cannot show so short a trouble.
    assert drive.made("get_metrics") == []
    assert [call["service"] for call in (*drive.made("get_logs"), *drive.made("get_traces"))] == ["ledger-service"] * 2


async def test_an_unlikely_first_is_a_lead_and_not_the_cause(drive: Any, quiet: Any) -> None:
    quiet.ranked = _ranked(0.3, 0.2, 0.1)
    draft = await drive.ask("Users see failing requests. Find the root cause.")
    assert draft.outcome == "inconclusive" and draft.root_cause.ranked[0] == "ledger-service"
    assert any("a probability of 30%: not enough" in gap for gap in draft.gaps)
    assert drive.made("get_metrics"), "the usual way is gone where the ranking is not enough"


async def test_reported_trouble_is_never_called_health(drive: Any, quiet: Any) -> None:
    quiet.ranked = []
    draft = await drive.ask("Users see failing requests. Find the root cause.")
    assert draft.outcome == "inconclusive"
    assert any("too little to tell" in gap for gap in draft.gaps)


async def test_nobody_complained_and_nothing_is_likely_so_all_is_well(drive: Any, quiet: Any) -> None:
    quiet.reported, quiet.ranked = False, _ranked(0.2, 0.1)
    assert (await drive.ask("What is wrong with billing?")).outcome == "no_fault"


async def test_a_question_about_health_alerts_or_changes_ask_for_no_ranking(drive: Any, quiet: Any, names: Any) -> None:
    await drive.ask("Is billing healthy?")
    assert drive.made("rank_services") == []
    quiet.broken = {}
    other = names.Drive(quiet)
    other.tools = drive.tools
    await other.ask("Users see failing requests. Find the root cause.")
    assert other.made("rank_services") == []


@pytest.mark.parametrize("facts", [{}, {"ranked": 5}, {"ranked": [{"service": 1}, 7, {"for": [1]}], "gaps": "x"}])
def test_what_a_stranger_wrote_in_the_facts_breaks_nothing(facts: dict[str, Any]) -> None:
    class Case:
        def find(self, tool: str) -> Evidence:
            return Evidence("E1", "table", "t", "s", tool, {}, facts=facts)

    found = ranking.read(Case())  # type: ignore[arg-type]
    assert found is not None and found.candidates == () and not found.held
