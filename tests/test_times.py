"""Times as people write them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aisre_nb.errors import UsageError
from aisre_nb.times import Window, duration, instant, rfc3339, window

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
PROPERTY = settings(derandomize=True, deadline=None)
_SAFE = st.datetimes(datetime(1970, 1, 2), datetime(2100, 1, 1), timezones=st.just(UTC))
_ZONE = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("90s", 90), ("30m", 1800), ("1h30m", 5400), ("2 days", 172_800), ("1.5h", 5400), (" 1 w ", 604_800), ("2H", 7200),
     ("1 hour 5 minutes", 3900)],
)  # fmt: skip
def test_durations_as_people_write_them(text: str, seconds: float) -> None:
    assert duration(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize("text", ["", "h", "12", "1h and a bit", "-5m", "five minutes", "1h30", "٣ x"])
def test_what_is_no_duration_is_said(text: str) -> None:
    with pytest.raises(UsageError, match="is not a duration"):
        duration(text)


@PROPERTY
@given(st.integers(0, 60), st.integers(0, 200), st.integers(0, 500), st.integers(0, 5000))
def test_a_duration_is_the_sum_of_its_parts(days: int, hours: int, minutes: int, seconds: int) -> None:
    whole = timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
    assert duration(f"{days}d{hours}h{minutes}m{seconds}s") == whole
    assert duration(f"{days} days {hours} hours {minutes} min {seconds} sec") == whole


@PROPERTY
@given(st.text(max_size=20))
def test_any_text_is_a_duration_or_a_usage_error(text: str) -> None:
    try:
        assert duration(text) >= timedelta(0)
    except UsageError as error:
        assert error.next_step


@PROPERTY
@given(_SAFE, _ZONE)
def test_an_instant_comes_back_from_its_text_in_any_zone(at: datetime, zone: timezone) -> None:
    at = at.replace(microsecond=at.microsecond // 1000 * 1000)
    assert instant(rfc3339(at)) == at == instant(at.astimezone(zone).isoformat())
    assert rfc3339(at.astimezone(zone)) == rfc3339(at)
    assert rfc3339(at).endswith("Z") and (("." in rfc3339(at)) == bool(at.microsecond))


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2026-11-23T10:00:00Z", datetime(2026, 11, 23, 10, tzinfo=UTC)),
        ("2026-11-23T10:00:00", datetime(2026, 11, 23, 10, tzinfo=UTC)),
        ("2026-11-23 10:00", datetime(2026, 11, 23, 10, tzinfo=UTC)),
        ("2026-11-23T10:00:00.123456789Z", datetime(2026, 11, 23, 10, 0, 0, 123456, tzinfo=UTC)),
        ("2026-11-23T10:00:00+02:00", datetime(2026, 11, 23, 8, tzinfo=UTC)),
        ("now", NOW),
        (" NOW ", NOW),
        ("30m ago", NOW - timedelta(minutes=30)),
        ("1h30m ago", NOW - timedelta(minutes=90)),
    ],
)
def test_instants_as_people_and_machines_write_them(text: str, at: datetime) -> None:
    found = instant(text, NOW)
    assert found == at and found.tzinfo is not None


@pytest.mark.parametrize("text", ["", "yesterday", "25:00", "2026-13-01T00:00:00Z", "10 o'clock"])
def test_what_is_no_time_says_how_to_write_one(text: str) -> None:
    with pytest.raises(UsageError, match="is not a time") as error:
        instant(text)
    assert "RFC 3339" in error.value.next_step


def test_without_a_given_now_the_clock_counts() -> None:
    assert abs(instant("now") - datetime.now(UTC)) < timedelta(seconds=5)


@pytest.mark.parametrize(
    ("since", "until", "start", "end"),
    [
        (None, None, "10:00", "12:00"),
        ("30m", None, "11:30", "12:00"),
        ("30m ago", None, "11:30", "12:00"),
        ("2026-11-23T09:00:00Z", "2026-11-23T09:30:00Z", "09:00", "09:30"),
        (None, "1h ago", "09:00", "11:00"),
        ("30m", "1h ago", "10:30", "11:00"),
        ("2h ago", "1h ago", "10:00", "11:00"),
    ],
)
def test_a_window_from_what_was_written(since: str | None, until: str | None, start: str, end: str) -> None:
    found = window(since, until, NOW)
    assert (f"{found.start:%H:%M}", f"{found.end:%H:%M}") == (start, end)
    assert found.duration == found.end - found.start


@PROPERTY
@given(_SAFE, st.integers(1, 10**6))
def test_a_window_comes_back_from_its_json(start: datetime, seconds: int) -> None:
    start = start.replace(microsecond=0)
    whole = Window(start, start + timedelta(seconds=seconds))
    assert Window.from_json(whole.as_json()) == whole


def test_an_empty_window_is_refused() -> None:
    with pytest.raises(UsageError, match="the window is empty"):
        Window(NOW, NOW)
    with pytest.raises(UsageError, match="the window is empty"):
        window("now", "2h ago", NOW)


@pytest.mark.parametrize("text", ["1 month", "5 mice", "9" * 40 + "d", "1h 30", "-5m"])
def test_what_only_looks_like_a_duration_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        duration(text)


def test_a_span_of_several_units_is_a_window() -> None:
    now = instant("2026-01-01T12:00:00Z")
    assert window("1h30m", None, now).start == instant("2026-01-01T10:30:00Z")


def test_an_instant_beyond_the_calendar_is_refused() -> None:
    with pytest.raises(UsageError):
        instant("9999-12-31T23:59:59-14:00")
