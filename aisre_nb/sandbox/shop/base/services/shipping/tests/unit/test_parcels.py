import unittest

from shipping.parcels import is_letter, pack


class ParcelsTest(unittest.TestCase):
    def test_one_small_piece_is_a_letter(self) -> None:
        self.assertTrue(is_letter([480]))
        self.assertFalse(is_letter([2_001]))
        self.assertFalse(is_letter([480, 480]))

    def test_pieces_share_a_box(self) -> None:
        self.assertEqual([parcel.pieces for parcel in pack([480, 1_200, 300])], [3])

    def test_a_full_box_is_closed(self) -> None:
        self.assertEqual([parcel.pieces for parcel in pack([12_000, 12_000, 9_000])], [2, 1])
