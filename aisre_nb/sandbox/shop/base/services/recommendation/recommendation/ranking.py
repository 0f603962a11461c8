"""Which products go with one."""

from collections.abc import Mapping, Sequence

Vector = Sequence[float]


def likeness(a: Vector, b: Vector) -> float:
    """The scalar product of two products' vectors."""
    return sum(x * y for x, y in zip(a, b, strict=True))


def rank(sku: str, vectors: Mapping[str, Vector], limit: int = 4) -> list[str]:
    """The products most like this one."""
    own = vectors[sku]
    others = [other for other in vectors if other != sku]
    return sorted(others, key=lambda other: -likeness(own, vectors[other]))[:limit]
