"""Search in the table of words, which every product's name and text is taken apart for."""

from .database import Database
from .search import terms

WITH_PREFIX = "SELECT DISTINCT sku FROM product_words WHERE word >= ? AND word < ? ORDER BY sku"


class Index:
    """Finds products by words."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, query: str) -> list[str]:
        """The skus of products that have a word for every term, or one that begins so."""
        found: set[str] | None = None
        for term in terms(query):
            skus = {sku for (sku,) in self._database.rows(WITH_PREFIX, term, term + "\uffff")}
            found = skus if found is None else found & skus
        return sorted(found or ())
