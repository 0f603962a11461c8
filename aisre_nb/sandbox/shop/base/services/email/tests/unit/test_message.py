import unittest

from mailer.message import Message, encoded


class MessageTest(unittest.TestCase):
    def test_ascii_stays_as_it_is(self) -> None:
        self.assertEqual(encoded("Ada Moss"), "Ada Moss")

    def test_other_letters_become_an_encoded_word(self) -> None:
        self.assertEqual(encoded("Zoë"), "=?utf-8?b?Wm/Dqw==?=")

    def test_headers_then_an_empty_line_then_the_text(self) -> None:
        head, text = Message("ada@home.example", "Ada", "Hello", "Good day").as_bytes().split(b"\r\n\r\n")
        self.assertIn(b"To: Ada <ada@home.example>", head)
        self.assertEqual(text, b"Good day\r\n")
