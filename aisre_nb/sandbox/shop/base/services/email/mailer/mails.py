"""Mails from templates."""

from string import Template

CONFIRMATION = Template("Thank you, $name. Your order $order is on its way.")


def confirmation(name: str, order: str) -> str:
    """The text of an order's confirmation."""
    return CONFIRMATION.substitute(name=name, order=order)
