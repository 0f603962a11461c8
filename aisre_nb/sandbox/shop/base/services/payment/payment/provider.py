"""The card provider."""

from collections.abc import Callable

SECONDS = 2.5


class ProviderTimeout(Exception):
    """The card provider did not answer in time."""


class CardRefused(Exception):
    """The provider answered, and refused the card."""


def charge(reference: str, cents: int, send: Callable[[str, int, float], bool]) -> None:
    """Charge a card once."""
    try:
        accepted = send(reference, cents, SECONDS)
    except TimeoutError as error:
        raise ProviderTimeout(f"the card provider did not answer within {SECONDS} s") from error
    if not accepted:
        raise CardRefused(reference)
