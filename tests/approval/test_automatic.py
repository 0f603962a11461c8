"""Nobody is there: the policy decides."""

from __future__ import annotations

from typing import Any

import pytest

from aisre_nb.approval.automatic import AutomaticApprover
from aisre_nb.approval.policy import Policy


@pytest.mark.parametrize(
    ("policy", "verdict"), [("read", "reject"), ("ask", "reject"), ("none", "reject"), ("all", "approve")]
)
async def test_only_what_the_policy_runs_is_approved(policy: str, verdict: str, propose: Any) -> None:
    decision = await AutomaticApprover(Policy.parse(policy), "ada").decide(propose())
    assert (decision.verdict, decision.channel, decision.who) == (verdict, "policy", "ada")
    assert decision.digest == propose().digest
    assert (f"the policy is {policy}" in decision.reason) and ("nobody is there" in decision.reason) == (
        verdict == "reject"
    )
