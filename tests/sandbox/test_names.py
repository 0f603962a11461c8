"""Other names for services."""

from __future__ import annotations

import json
import re
from typing import Any

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


def test_under_other_names_the_old_ones_are_in_no_file(other: Any) -> None:
    old = re.compile(r"\b(carts?|checkout|users?)\b(?!_)", re.I)
    # Which names were asked for is kept to open the world again; customers stay users of the shop.
    files = ("kubernetes.json", "on_call.json", "alert_history.jsonl", "alerts.json", "changes.jsonl")
    for file in (*(other.folder / name for name in files), *(other.folder / "incidents").iterdir()):
        assert not old.search(file.read_text(encoding="utf-8")), file.name


def test_under_other_names_the_objects_fit_together(other: Any) -> None:
    items = other.json("kubernetes.json")["items"]
    there = {(item["kind"], item["metadata"]["name"]) for item in items}
    for name in ("basket", "till", "member"):
        assert {("Deployment", name), ("Service", name), ("ConfigMap", f"{name}-settings")} <= there
    pods = [i for i in items if i["kind"] == "Pod" and i["metadata"]["name"].startswith("basket-")]
    assert pods[0]["spec"]["containers"][0]["image"] == "registry.shop.example/basket:1.5.0"
    config = other.git("show", "main:deploy/config/basket.yaml")
    assert "name: basket-settings" in config and "PRICES_TIMEOUT_MS" in config
    other.git("show", "main:deploy/config/till.yaml")


def test_flags_keep_their_names(case: Any, other: Any) -> None:
    def flags(world: Any) -> set[str]:
        items = world.json("kubernetes.json")["items"]
        return set(next(i for i in items if i["metadata"]["name"] == "flags")["data"])

    assert flags(case) == flags(other)


def test_a_world_with_other_names_is_opened_and_acted_on(other: Any) -> None:
    from aisre_nb.sandbox import World

    world = World.open(other.folder)
    assert json.loads((other.folder / "world.json").read_text())["names"]["cart"] == "basket"
    assert ("image", "basket:1.5.0", "basket:1.4.2") in world.preview({"action": "rollback", "service": "basket"}).rows
