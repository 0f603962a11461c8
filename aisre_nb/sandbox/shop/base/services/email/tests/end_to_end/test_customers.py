import unittest

from mailer.sender import Sender
from mailer.transport import Outbox

CUSTOMERS = ("Ada Moss", "Zoë Lund", "Łukasz Żak", "Ines Núñez", "山田 花子")


class Down:
    def hand_over(self, to: str, mail: bytes) -> None:
        raise ConnectionRefusedError("nobody listens")


class CustomersTest(unittest.TestCase):
    def test_every_customer_gets_a_mail(self) -> None:
        for name in CUSTOMERS:
            with self.subTest(name):
                outbox = Outbox()
                Sender(outbox).confirm("customer@home.example", name, "O-17")
                self.assertEqual(len(outbox.mails), 1)

    def test_who_asks_learns_of_a_failure(self) -> None:
        with self.assertRaises(ConnectionRefusedError):
            Sender(Down()).confirm("customer@home.example", "Ada Moss", "O-17")
