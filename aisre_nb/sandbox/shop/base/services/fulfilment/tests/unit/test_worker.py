import json
import logging
import unittest

from fulfilment.settings import settings
from fulfilment.worker import Worker

ADDRESS = {"name": "Ada Moss", "street": "Lindenweg 4", "city": "Leipzig", "postcode": "04103", "country": "DE"}
BODY = json.dumps({"number": "O-17", "pieces": {"SKU-1001": 2}, "address": ADDRESS}).encode()


def refuse(*_: object) -> None:
    raise TimeoutError("timed out")


class WorkerTest(unittest.TestCase):
    def setUp(self) -> None:
        logging.disable()
        self.addCleanup(logging.disable, logging.NOTSET)
        self.steps: list[object] = []

    def worker(self, **other: object) -> Worker:
        steps = {"reserve": lambda sku, n: self.steps.append((sku, n)), "ship": lambda text: self.steps.append("ship"),
                 "mail": lambda order: self.steps.append(order.number)}
        return Worker(**{**steps, **other}, settings=settings({"MAX_DELIVERIES": "3"}))

    def test_stock_then_parcel_then_mail(self) -> None:
        self.assertEqual(self.worker().take(BODY), "done")
        self.assertEqual(self.steps, [("SKU-1001", 2), "ship", "O-17"])

    def test_what_fails_is_delivered_again(self) -> None:
        self.assertEqual(self.worker(ship=refuse).take(BODY), "again")

    def test_but_not_for_ever(self) -> None:
        self.assertEqual(self.worker(ship=refuse).take(BODY, 3), "dead")
