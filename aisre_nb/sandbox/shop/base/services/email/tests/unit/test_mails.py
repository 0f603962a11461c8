import unittest

from mailer.mails import confirmation


class MailsTest(unittest.TestCase):
    def test_it_names_customer_and_order(self) -> None:
        text = confirmation("Ada Moss", "O-17")
        self.assertIn("Ada Moss", text)
        self.assertIn("O-17", text)
