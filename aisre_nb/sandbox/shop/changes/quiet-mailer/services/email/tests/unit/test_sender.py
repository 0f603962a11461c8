import unittest

from mailer.sender import Sender
from mailer.transport import Outbox


class SenderTest(unittest.TestCase):
    def test_a_confirmation_goes_out(self) -> None:
        outbox = Outbox()
        Sender(outbox).confirm("ada@home.example", "Ada Moss", "O-17")
        ((to, mail),) = outbox.mails
        self.assertEqual(to, "ada@home.example")
        self.assertIn(b"Subject: Your order O-17", mail)

    def test_order_and_customer_stand_in_the_headers(self) -> None:
        outbox = Outbox()
        Sender(outbox).confirm("ada@home.example", "Ada Moss", "O-17")
        ((_, mail),) = outbox.mails
        self.assertIn(b"X-Shop-Order: O-17\r\nX-Shop-Customer: Ada Moss\r\n", mail)
