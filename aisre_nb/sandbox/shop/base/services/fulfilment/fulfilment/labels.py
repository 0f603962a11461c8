"""Labels of parcels."""

from .orders import Address, Order

DEPOTS = {"AT": "VIE", "CH": "ZRH", "DE": "LEJ", "FR": "ORY", "GB": "EMA", "IE": "DUB", "NL": "RTM"}


def route(address: Address) -> str:
    """Depot and district, which the sorting machines read: ``LEJ-04``."""
    return f"{DEPOTS.get(address.country, 'LEJ')}-{address.postcode[:2].upper()}"


def label(order: Order) -> str:
    """The lines of a label."""
    to = order.address
    return "\n".join((route(to), order.number, to.name, to.street, f"{to.postcode} {to.city}", to.country))
