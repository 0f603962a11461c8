"""A sandbox world in a notebook: made, and minutes pass in it while the kernel's loop runs."""

from __future__ import annotations

from typing import Any


def test_a_hard_world_is_made_and_minutes_pass_in_it(kernel: Any) -> None:
    said = kernel.run("%sre sandbox cart-errors --hard --seed 2").text
    assert "The next %%sre looks at cart-errors, seed 2, hard. Its question: " in said
    assert "rollback_deployment" in kernel.run("%sre tools").text
    kernel.run("then = sre.sources.moment()")
    assert "2.5 minutes passed: it is " in kernel.run("%sre advance 2.5").text
    assert kernel.value("(sre.sources.moment() - then).total_seconds()") == 150.0
    ran = kernel.run("%sre advance -1")
    assert ran.error == ["UsageError: -1 minutes cannot pass → give some between 0 and 1440"]
