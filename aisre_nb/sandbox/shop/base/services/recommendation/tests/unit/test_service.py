import unittest

from recommendation.flags import Flags
from recommendation.service import Recommendations

VECTORS = {"SKU-1": [1.0, 0.0], "SKU-2": [0.8, 0.6], "SKU-3": [0.0, 1.0]}


class ServiceTest(unittest.TestCase):
    def test_what_was_seen_is_left_out(self) -> None:
        service = Recommendations(VECTORS, seen=lambda visitor: {"SKU-2"} if visitor == "v-1" else ())
        self.assertEqual(service.for_product("SKU-1", "v-1"), ["SKU-3"])
        self.assertEqual(service.for_product("SKU-1", "v-2"), ["SKU-2", "SKU-3"])

    def test_home_needs_the_flag(self) -> None:
        seen = ["SKU-3"]
        self.assertEqual(Recommendations(VECTORS, lambda _: seen).for_home("v-1"), [])
        on = Recommendations(VECTORS, lambda _: seen, Flags({"personal-home": 100}))
        self.assertEqual(on.for_home("v-1"), ["SKU-2", "SKU-1"])

    def test_a_flag_is_on_for_about_its_share(self) -> None:
        flags = Flags({"personal-home": 20})
        on = sum(flags.is_on("personal-home", f"v-{n}") for n in range(2_000))
        self.assertAlmostEqual(on / 2_000, 0.2, delta=0.03)
