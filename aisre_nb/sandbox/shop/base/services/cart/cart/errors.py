"""What a request may be refused with; each knows its HTTP status."""


class CartError(Exception):
    """Base of the refusals."""

    status = 500


class BadRequest(CartError):
    """The request makes no sense."""

    status = 400


class NotFound(CartError):
    """No such cart, item or route."""

    status = 404


class StoreTimeout(CartError):
    """The store did not answer in time."""

    status = 503
