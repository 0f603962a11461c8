"""Nobody is there: what would have to be asked is denied."""

from __future__ import annotations

from typing import Any

from aisre_nb.approval.automatic import AutomaticApprover
from aisre_nb.approval.policy import Policy


async def test_whoever_is_asked_here_is_nobody(propose: Any) -> None:
    decision = await AutomaticApprover(Policy.parse("read"), "ada").decide(propose())
    assert (decision.verdict, decision.channel, decision.who) == ("reject", "policy", "ada")
    assert decision.digest == propose().digest
    assert "the policy is read" in decision.reason and "nobody is there" in decision.reason
