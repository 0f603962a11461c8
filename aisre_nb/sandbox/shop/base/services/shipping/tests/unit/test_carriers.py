import unittest

from shipping.carriers import Carriers, CarrierUnavailable, ParcelRefused
from shipping.settings import settings


class CarriersTest(unittest.TestCase):
    def test_they_are_asked_with_the_time_that_they_have(self) -> None:
        asked = []
        carriers = Carriers(lambda body, seconds: asked.append((body, seconds)) or {"cents": 120}, settings({}))
        self.assertEqual(carriers.parcel(4.25), 120)
        self.assertEqual(asked, [({"kind": "parcel", "kilograms": 4.25}, 0.8)])

    def test_a_parcel_above_the_limit_is_not_asked_for(self) -> None:
        with self.assertRaises(ParcelRefused):
            Carriers(lambda *_: {"cents": 0}).parcel(31.6)

    def test_no_answer_in_time(self) -> None:
        def send(*_: object) -> dict[str, int]:
            raise TimeoutError

        with self.assertRaises(CarrierUnavailable):
            Carriers(send).letter()

    def test_settings_are_milliseconds_in_the_environment(self) -> None:
        self.assertEqual(settings({"CARRIERS_TIMEOUT_MS": "250"}).carriers_seconds, 0.25)
