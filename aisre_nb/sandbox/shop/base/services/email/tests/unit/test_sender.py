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
