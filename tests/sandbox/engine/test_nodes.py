"""Where a pod is put."""

from __future__ import annotations

from aisre_nb.sandbox.engine.nodes import nodes, place
from aisre_nb.sandbox.engine.pods import Pod


def _pod(node: str) -> Pod:
    return Pod(f"x-{node}", "x", "1", node, 0.0)


def test_six_nodes_in_three_zones_one_held_back():
    found = nodes(1000)
    assert len(found) == 6 and {n.zone for n in found.values()} == {"zone-a", "zone-b", "zone-c"}
    assert [n.name for n in found.values() if n.cordoned] == ["node-6"]


def test_pods_of_a_service_are_kept_apart():
    chosen = place(100, nodes(1000), [], [_pod("node-1"), _pod("node-2"), _pod("node-3"), _pod("node-4")])
    assert chosen is not None and chosen.name == "node-5"


def test_a_node_with_more_room_is_taken():
    taken = [(_pod(f"node-{n}"), 500) for n in (1, 2, 3, 5)]
    chosen = place(100, nodes(1000), taken, [])
    assert chosen is not None and chosen.name == "node-4"


def test_none_where_none_has_room_or_may_be_used():
    every = nodes(1000)
    full = [(_pod(f"node-{n}"), 950) for n in range(1, 6)]
    assert place(100, every, full, []) is None
    every["node-6"].cordoned = False
    chosen = place(100, every, full, [])
    assert chosen is not None and chosen.name == "node-6"
    every["node-6"].lost = True
    assert place(100, every, full, []) is None
