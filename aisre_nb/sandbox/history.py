"""The repository's history: who committed what, when. Minutes count back from *now*."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from aisre_nb.sandbox.releases import CHANGES
from aisre_nb.sandbox.scenario import Plan, Release
from aisre_nb.sandbox.services import SERVICES
from aisre_nb.sandbox.tree import base_tree, manifest, next_cart, service_named

DAY = 24 * 60
AUTHORS = {
    "storefront": "Mira Lindqvist",
    "platform": "Jonas Okafor",
    "baskets-and-prices": "Tuuli Brandt",
    "orders": "Rafael Seo",
    "logistics": "Hanne Vogt",
    "discovery": "Ishaan Duarte",
}
"""One author a team, and two who are in none."""
NEWCOMER = "Noor Castellan"
ON_CALL = "Pavel Adeyemi"


@dataclass(frozen=True)
class Commit:
    """One commit on the main branch."""

    minutes: float
    """Before *now*."""
    author: str
    message: str
    files: Mapping[str, str] = field(default_factory=dict)
    """Whole texts by path."""
    tags: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Edit:
    days: float
    author: str
    message: str
    path: str
    old: str
    new: str


_EDITS = (
    _Edit(
        31, NEWCOMER, "runbooks: say whom to page", "runbooks/page-errors.md",
        "go on with `high-error-rate.md` for that service.",
        "go on with `high-error-rate.md` for that service. Page its owners, not the storefront.",
    ),
    _Edit(
        24, AUTHORS["platform"], "alerts: page errors wait five minutes less", "deploy/alerts.yaml",
        "        for: 5m\n", "        for: 2m\n",
    ),
    _Edit(
        21, AUTHORS["discovery"], "recommendation: explain the scalar product",
        "services/recommendation/recommendation/ranking.py",
        '"""The scalar product of two products\' vectors."""',
        '"""The scalar product of two products\' vectors; they have unit length, so 1 is the most."""',
    ),
    _Edit(
        16, AUTHORS["storefront"], "frontend: refused requests keep their status",
        "services/frontend/frontend/pages.py",
        '    """200, or what the first failed need makes of the page."""',
        '    """200, or what the first failed need makes of the page; a refusal keeps its status."""',
    ),
    _Edit(
        13, AUTHORS["platform"], "api-gateway: search may take longer", "services/api-gateway/gateway/routes.py",
        '"GET /api/search": Upstream("catalog", 3.0)', '"GET /api/search": Upstream("catalog", 4.0)',
    ),
    _Edit(
        9, AUTHORS["orders"], "payment: the charge is made before it is remembered, and says so",
        "services/payment/payment/charges.py",
        '        """False where it had been charged already."""',
        '        """False where it had been charged already. A charge that failed may be tried again."""',
    ),
    _Edit(
        6, AUTHORS["logistics"], "inventory: unknown products have no stock", "services/inventory/inventory/stock.py",
        '        return self._pieces.get(sku, 0)', '        return max(self._pieces.get(sku, 0), 0)',
    ),
    _Edit(
        2.2, NEWCOMER, "README: how a release is made", "README.md",
        "service's manifest.\n", "service's manifest. The cluster follows the main branch within a minute.\n",
    ),
)  # fmt: skip

_NIGHTLY = """\
name: nightly
on:
  schedule:
    - cron: "40 1 * * *"
jobs:
  cart:
    runs-on: ubuntu-latest
    defaults:
      run:
        working-directory: services/cart
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-python@v5
        with:
          python-version: "3.11"
      - run: python -m unittest
"""


def history(plan: Plan) -> list[Commit]:
    """All commits, oldest first."""
    cart = next((r for r in plan.releases if r.service == "cart"), None)
    tree = base_tree()
    first = [*_beginnings(tree, cart.before if cart else service_named("cart").version)]
    edits = [*_edits(plan, tree)]
    return sorted([*first, *edits], key=lambda commit: -commit.minutes)


def _beginnings(tree: dict[str, str], cart_version: str) -> Iterator[Commit]:
    """The services as they came into this repository, one team after the other."""
    placed: set[str] = set()
    for n, (team, author) in enumerate(AUTHORS.items()):
        files: dict[str, str] = {}
        tags = []
        for service in SERVICES:
            if service.team != team or not service.tagged or service.name == "cart":
                continue
            files |= {p: t for p, t in tree.items() if p.startswith(f"services/{service.name}/")}
            files[f"deploy/{service.name}.yaml"] = manifest(service, service.version)
            tags.append(f"{service.name}-{service.version}")
        placed |= files.keys()
        yield Commit((40 - n * 0.7) * DAY, author, f"Bring in the services of {team}", files, tuple(tags))
    in_cart = {p: t for p, t in tree.items() if p.startswith("services/cart/")}
    ci = {p: t for p, t in tree.items() if p.startswith(".github/")}
    rest = {p: t for p, t in tree.items() if p not in placed and p not in in_cart and p not in ci}
    yield Commit(41 * DAY, ON_CALL, "Begin: owners, alert rules, runbooks", rest)
    author = AUTHORS["baskets-and-prices"]
    code = {p: t for p, t in in_cart.items() if "/tests/" not in p}
    tests = {p: t for p, t in in_cart.items() if "/tests/" in p}
    yield Commit(34 * DAY, author, "cart: keep carts, apply coupons, quote totals", code)
    yield Commit(33.8 * DAY, author, "cart: tests, run for every pull request", tests | ci)
    deployed = {"deploy/cart.yaml": manifest(service_named("cart"), cart_version)}
    yield Commit(33.7 * DAY, ON_CALL, f"deploy: cart {cart_version}", deployed, (f"cart-{cart_version}",))


def _edits(plan: Plan, tree: dict[str, str]) -> Iterator[Commit]:
    """What was changed since. Keeps ``tree`` as the newest of them leaves it."""
    workflow = ".github/workflows/cart.yaml"
    yield Commit(
        19 * DAY,
        NEWCOMER,
        "ci: cart: pull requests run the unit tests, the night runs all\n\nThe end-to-end tests take longer than "
        "the rest together since they start redis.",
        {
            workflow: _replaced(tree, workflow, "python -m unittest", "python -m unittest discover -s tests/unit -t ."),
            ".github/workflows/nightly.yaml": _NIGHTLY,
        },
    )
    for edit in _EDITS:
        files = {edit.path: _replaced(tree, edit.path, edit.old, edit.new)}
        yield Commit(edit.days * DAY, edit.author, edit.message, files)
    setting = plan.setting
    yield Commit(
        setting.minutes + 1.2,
        AUTHORS[service_named(setting.service).team],
        setting.message,
        {
            setting.path: _replaced(
                tree, setting.path, f'{setting.key}: "{setting.before}"', f'{setting.key}: "{setting.after}"'
            )
        },
    )
    for release in plan.releases:
        yield from _cart_release(release) if release.service == "cart" else _harmless_release(release, tree)


def _cart_release(release: Release) -> Iterator[Commit]:
    files = next_cart()
    first = {p: t for p, t in files.items() if p.endswith(("models.py", "loyalty.py"))}
    second = {p: t for p, t in files.items() if p not in first}
    author = AUTHORS["baskets-and-prices"]
    body = "\n\nMembers see the same price in the cart as on their account page."
    yield Commit(release.minutes + 2.1 * DAY, author, "cart: tiers of the loyalty programme", first)
    yield Commit(
        release.minutes + 190,
        author,
        f"cart: quotes give members their discount{body}",
        second,
        (f"cart-{release.version}",),
    )
    yield _deployed(release, ON_CALL)


def _harmless_release(release: Release, tree: dict[str, str]) -> Iterator[Commit]:
    change = next(c for c in CHANGES if (c.service, c.version) == (release.service, release.version))
    author = AUTHORS[service_named(release.service).team]
    files = {change.path: _replaced(tree, change.path, change.old, change.new)}
    yield Commit(release.minutes + 260, author, change.message, files, (f"{release.service}-{release.version}",))
    yield _deployed(release, author)


def _deployed(release: Release, author: str) -> Commit:
    text = manifest(service_named(release.service), release.version)
    message = f"deploy: {release.service} {release.version}"
    # The cluster follows the main branch: a commit is there before the rollout begins.
    return Commit(release.minutes + 0.8, author, message, {f"deploy/{release.service}.yaml": text})


def _replaced(tree: dict[str, str], path: str, old: str, new: str) -> str:
    if tree[path].count(old) != 1:
        raise ValueError(f"{old!r} is not exactly once in {path}")
    tree[path] = tree[path].replace(old, new)
    return tree[path]
