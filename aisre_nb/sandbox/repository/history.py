"""The repository's history: who committed what, when. Minutes count back from *now*."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from aisre_nb.sandbox.blueprint import Blueprint
from aisre_nb.sandbox.repository import gitops
from aisre_nb.sandbox.repository.releases import CHANGES
from aisre_nb.sandbox.repository.tree import base_tree
from aisre_nb.sandbox.scenario import FlagChange, Plan, Release, Setting

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


class History:
    """Builds the commits of one plan, in the order of time."""

    def __init__(self, plan: Plan, blueprint: Blueprint) -> None:
        self._plan = plan
        self._blueprint = blueprint
        self._tree = base_tree()
        self._desired = gitops.desired_at_first(blueprint)
        for name, values in plan.first.items():
            self._desired.settings[name] |= values
        for release in plan.releases:
            self._desired.versions[release.service] = release.before
        self._deployed = gitops.files(blueprint, self._desired)

    def commits(self) -> list[Commit]:
        """All commits, oldest first."""
        return sorted([*self._beginnings(), *self._edits(), *self._changes()], key=lambda commit: -commit.minutes)

    def _beginnings(self) -> Iterator[Commit]:
        """The services as they came into this repository, one team after the other."""
        tree, deployed = self._tree, self._deployed
        placed: set[str] = set()
        for n, (team, author) in enumerate(AUTHORS.items()):
            files: dict[str, str] = {}
            tags = []
            for service in self._blueprint.services:
                if service.team != team or not service.tagged or service.name == "cart":
                    continue
                files |= {p: t for p, t in tree.items() if p.startswith(f"services/{service.name}/")}
                files[f"deploy/{service.name}.yaml"] = deployed[f"deploy/{service.name}.yaml"]
                tags.append(f"{service.name}-{self._desired.versions[service.name]}")
            placed |= files.keys()
            yield Commit((40 - n * 0.7) * DAY, author, f"Bring in the services of {team}", files, tuple(tags))
        in_cart = {p: t for p, t in tree.items() if p.startswith("services/cart/")}
        ci = {p: t for p, t in tree.items() if p.startswith(".github/")}
        rest = {p: t for p, t in tree.items() if p not in placed and p not in in_cart and p not in ci}
        rest |= {p: t for p, t in deployed.items() if p not in placed and p != "deploy/cart.yaml"}
        yield Commit(41 * DAY, ON_CALL, "Begin: owners, alert rules, runbooks", rest)
        author = AUTHORS["baskets-and-prices"]
        code = {p: t for p, t in in_cart.items() if "/tests/" not in p}
        tests = {p: t for p, t in in_cart.items() if "/tests/" in p}
        yield Commit(34 * DAY, author, "cart: keep carts, apply coupons, quote totals", code)
        yield Commit(33.8 * DAY, author, "cart: tests, run for every pull request", tests | ci)
        version = self._desired.versions["cart"]
        text = {"deploy/cart.yaml": deployed["deploy/cart.yaml"]}
        yield Commit(33.7 * DAY, ON_CALL, f"deploy: cart {version}", text, (f"cart-{version}",))

    def _edits(self) -> Iterator[Commit]:
        """Small changes of the weeks before."""
        workflow = ".github/workflows/cart.yaml"
        yield Commit(
            19 * DAY,
            NEWCOMER,
            "ci: cart: pull requests run the unit tests, the night runs all\n\nThe end-to-end tests take longer than "
            "the rest together since they start redis.",
            {
                workflow: self._replaced(
                    workflow, "python -m unittest", "python -m unittest discover -s tests/unit -t ."
                ),
                ".github/workflows/nightly.yaml": _NIGHTLY,
            },
        )
        for edit in _EDITS:
            files = {edit.path: self._replaced(edit.path, edit.old, edit.new)}
            yield Commit(edit.days * DAY, edit.author, edit.message, files)

    def _changes(self) -> Iterator[Commit]:
        """The plan's own, oldest first, so that each says what those before it left."""
        every: list[Release | Setting | FlagChange] = [*self._plan.releases, *self._plan.settings, *self._plan.flags]
        for change in sorted(every, key=lambda change: -change.minutes):
            match change:
                case Release():
                    yield from self._release(change)
                case Setting():
                    self._desired.settings[change.service][change.key] = change.after
                    yield Commit(change.minutes + 1.2, self._owner(change.service), change.message, self._deploy())
                case FlagChange():
                    self._desired.flags[change.flag] = change.after
                    message = f"flags: {change.flag} for {change.after:g} %"
                    yield Commit(change.minutes + 0.7, AUTHORS["storefront"], message, self._deploy())

    def _release(self, release: Release) -> Iterator[Commit]:
        author, tag = self._owner(release.service), f"{release.service}-{release.version}"
        if release.code is not None:
            texts = release.code.files()
            left = dict(texts)
            for n, commit in enumerate(release.code.commits):
                last = n == len(release.code.commits) - 1
                mine = {p: t for p, t in left.items() if last or p.endswith(commit.paths)}
                left = {p: t for p, t in left.items() if p not in mine}
                tags = (tag,) if last else ()
                yield Commit(release.minutes + commit.minutes, author, commit.message, mine, tags)
            self._tree |= texts
        else:
            known = [c for c in CHANGES if (c.service, c.version) == (release.service, release.version)]
            for change in known:
                files = {change.path: self._replaced(change.path, change.old, change.new)}
                yield Commit(release.minutes + 260, author, change.message, files, (tag,))
        self._desired.versions[release.service] = release.version
        message = f"deploy: {release.service} {release.version}"
        # The cluster follows the main branch: a commit is there before the rollout begins.
        yield Commit(release.minutes + 0.8, ON_CALL if release.code else author, message, self._deploy())

    def _deploy(self) -> dict[str, str]:
        """The files of ``deploy/`` that changed."""
        now = gitops.files(self._blueprint, self._desired)
        changed = {path: text for path, text in now.items() if self._deployed.get(path) != text}
        self._deployed = now
        return changed

    def _owner(self, service: str) -> str:
        known = self._blueprint.by_name.get(service)
        return AUTHORS[known.team if known else "platform"]

    def _replaced(self, path: str, old: str, new: str) -> str:
        if self._tree[path].count(old) != 1:
            raise ValueError(f"{old!r} is not exactly once in {path}")
        self._tree[path] = self._tree[path].replace(old, new)
        return self._tree[path]
