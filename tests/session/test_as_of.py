"""Any system can be looked at as of an instant."""

from __future__ import annotations

from datetime import UTC, datetime

from aisre_nb.session.start import as_of, where_of
from aisre_nb.settings import Settings
from aisre_nb.sources.sources import Sources

THEN = datetime(2026, 11, 20, 10, tzinfo=UTC)


def test_now_is_what_the_settings_say_even_where_time_passes() -> None:
    world = Sources(clock=lambda: datetime(2026, 1, 1, tzinfo=UTC))
    assert as_of(world, Settings(now="2026-11-20T10:00:00Z")).moment() == THEN
    assert as_of(world, Settings()).moment() == datetime(2026, 1, 1, tzinfo=UTC)


def test_a_record_of_the_environment_s_sources_names_no_address() -> None:
    settings = Settings(sources={"prometheus": {"type": "prometheus", "url": "http://a"}})
    assert where_of(settings, Sources()) == {"settings": str(settings.base)}
    assert where_of(Settings(), Sources()) == {}
