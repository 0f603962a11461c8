"""Other names for services."""

from __future__ import annotations

from aisre_nb.sandbox.names import Names


def test_every_spelling_is_replaced_once() -> None:
    names = Names({"cart": "cartbox", "user": "member"}, ("cart", "user"))
    assert names.text("/cart/{user_id} Cart CART_URL") == "/cartbox/{member_id} Cartbox CARTBOX_URL"


def test_strings_are_found_however_deep() -> None:
    names = Names({"cart": "basket"}, ("cart",))
    assert names.of({"cart": ("a cart", [1, "cart"])}) == {"basket": ("a basket", [1, "basket"])}


def test_without_new_names_nothing_is_touched() -> None:
    value = {"cart": ["cart"]}
    assert Names({}, ("cart",)).of(value) is value
