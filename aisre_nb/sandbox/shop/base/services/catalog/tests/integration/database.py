"""A database in memory, brought to the newest schema."""

import sqlite3
from pathlib import Path
from typing import Any

MIGRATIONS = Path(__file__).parents[2] / "migrations"

PRODUCTS = (
    ("SKU-1001", "Enamel mug", "A blue mug for the mountains", 1250, (5, 4)),
    ("SKU-1002", "Wool blanket", "Warm and heavy", 3000, (5,)),
    ("SKU-1003", "Mug tree", "Oak, for six", 2190, ()),
)


class Memory:
    """Answers like the database of production, and counts how often it was asked."""

    def __init__(self) -> None:
        self.asked = 0
        self._connection = sqlite3.connect(":memory:")
        for file in sorted(MIGRATIONS.glob("*.sql")):
            self._connection.executescript(file.read_text(encoding="utf-8"))
        for sku, name, description, cents, ratings in PRODUCTS:
            self.rows("INSERT INTO products VALUES (?, ?, ?)", sku, name, description)
            self.rows("INSERT INTO prices VALUES (?, ?)", sku, cents)
            for stars in ratings:
                self.rows("INSERT INTO ratings VALUES (?, ?)", sku, stars)
            for position, word in enumerate(f"{name} {description}".lower().replace(",", "").split()):
                self.rows("INSERT INTO product_words VALUES (?, ?, ?)", sku, word, position)
        self.asked = 0

    def rows(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        self.asked += 1
        return self._connection.execute(sql, values).fetchall()

    def close(self) -> None:
        self._connection.close()
