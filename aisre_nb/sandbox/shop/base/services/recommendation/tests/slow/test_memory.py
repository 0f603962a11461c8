import tracemalloc
import unittest

from recommendation.service import Recommendations

VECTORS = {f"SKU-{n}": [n / 20, 1 - n / 20] for n in range(20)}
MIB = 2**20


class MemoryTest(unittest.TestCase):
    def test_a_day_of_visitors_fits(self) -> None:
        service = Recommendations(VECTORS)
        tracemalloc.start()
        try:
            for visitor in range(12_000):
                service.for_product(f"SKU-{visitor % 20}", f"v-{visitor}")
            grown, _ = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        self.assertLess(grown / MIB, 0.5)
