"""From an order to a parcel."""
