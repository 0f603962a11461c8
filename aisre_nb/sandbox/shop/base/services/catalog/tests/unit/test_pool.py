import threading
import unittest
from typing import Any

from catalog.database import Pool, PoolTimeout
from catalog.settings import settings


class Slow:
    """Answers when it is let go."""

    def __init__(self) -> None:
        self.asked = threading.Event()
        self.go = threading.Event()

    def rows(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        self.asked.set()
        self.go.wait(5)
        return []


class PoolTest(unittest.TestCase):
    def test_who_finds_no_free_connection_gives_up(self) -> None:
        slow = Slow()
        pool = Pool(lambda: slow, size=1, seconds=0.01)
        other = threading.Thread(target=pool.rows, args=("SELECT 1",))
        other.start()
        slow.asked.wait(5)
        with self.assertRaises(PoolTimeout):
            pool.rows("SELECT 1")
        slow.go.set()
        other.join()

    def test_its_size_is_a_setting(self) -> None:
        self.assertEqual(settings({"DB_POOL_SIZE": "12"}).pool_size, 12)
