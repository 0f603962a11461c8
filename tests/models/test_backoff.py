"""How long a further try waits."""

from __future__ import annotations

from aisre_nb.models.backoff import Backoff


def test_waits_double_with_jitter_and_end() -> None:
    backoff = Backoff(tries=6, first=2, longest=10)
    for failed, longest in ((1, 2), (2, 4), (3, 8), (4, 10), (5, 10)):
        waits = [backoff.wait(failed) or 0 for _ in range(200)]
        assert longest / 2 <= min(waits) < max(waits) <= longest
    assert backoff.wait(6) is None


def test_the_servers_wish_is_kept_unless_it_is_too_long() -> None:
    backoff = Backoff(patience=60)
    assert backoff.wait(1, 17.5) == 17.5
    assert backoff.wait(1, 61) is None
    assert backoff.wait(1, 0) is not None
