"""Search by words."""


def terms(query: str) -> list[str]:
    """The words of a query that count."""
    return [word for word in query.lower().split() if len(word) > 1]


def matches(query: str, text: str) -> bool:
    """Every word is in the text."""
    return all(word in text.lower() for word in terms(query))
