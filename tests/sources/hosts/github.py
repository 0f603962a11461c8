"""GitHub's REST API (and of GraphQL the blame) over a bare repository, as its description has it."""

from __future__ import annotations

import base64
from typing import Any

from .bare import Bare, Missing
from .web import Asked, Handler, Said, Web

TOKEN = "ghp_tigerlily99TigerLily99tigerlily99xx"
_STATUS = {"A": "added", "M": "modified", "D": "removed", "R": "renamed", "T": "changed", "C": "copied"}


class GitHubServer(Web):
    """One repository, ``acme/shop``. ``prefix`` is ``/api/v3`` on an Enterprise server."""

    def __init__(self, bare: Bare, prefix: str = "", repository: str = "acme/shop") -> None:
        self.bare, self.prefix, self.repository = bare, prefix, repository
        self.pulls: list[dict[str, Any]] = []
        self.deployed: list[dict[str, Any]] = []
        self.runs: list[dict[str, Any]] = []
        self.large = 3000
        """Changed lines of a file from which on its patch is left out."""
        self.drafts = True
        self.raw = "application/vnd.github.raw+json; charset=utf-8"
        self.graphql = True
        self.teams = {"baskets-and-prices"}
        super().__init__()

    def problem(self, status: int, message: str) -> Said:
        docs = "https://docs.github.com/rest"
        return Said({"message": message, "documentation_url": docs, "status": str(status)}, status)

    def before(self, asked: Asked) -> Said | None:
        if asked.headers.get("Authorization") != f"Bearer {TOKEN}":
            return self.problem(401, "Bad credentials")
        return None

    def answer(self, asked: Asked) -> Said:
        try:
            return super().answer(asked)
        except Missing:
            return self.problem(404, "Not Found")

    def routes(self) -> list[tuple[str, str, Handler]]:
        r = f"{self.prefix}/repos/{self.repository}"
        return [
            ("GET", r, self._repository),
            (
                "GET",
                f"{r}/git/ref/(.+)",
                lambda a, ref: Said(self._ref(f"refs/{ref}", self.bare.resolved(f"refs/{ref}"))),
            ),
            ("GET", f"{r}/tags", self._tags),
            ("GET", f"{r}/commits", self._commits),
            (
                "GET",
                f"{r}/commits/([^/]+)/check-runs",
                lambda a, ref: Said({"total_count": len(self.runs), "check_runs": self.runs}),
            ),
            ("GET", f"{r}/commits/([^/]+)/status", lambda a, ref: Said({"state": "pending", "statuses": []})),
            ("GET", f"{r}/commits/(.+)", self._one_commit),
            (
                "GET",
                f"{r}/git/commits/([0-9a-f]{{40}})",
                lambda a, sha: Said({"sha": sha, "tree": {"sha": self.bare.commit(sha)["tree"]}}),
            ),
            (
                "GET",
                f"{r}/git/trees/([^/]+)",
                lambda a, ref: Said({"sha": ref, "tree": self.bare.tree(ref), "truncated": False}),
            ),
            ("GET", f"{r}/git/blobs/([0-9a-f]+)", self._blob),
            ("GET", f"{r}/contents/(.+)", self._contents),
            ("GET", f"{r}/compare/(.+)\\.\\.\\.(.+)", self._compare),
            ("GET", f"{r}/pulls", self._pulls),
            ("GET", f"{r}/pulls/([0-9]+)", lambda a, n: self._pull(int(n))),
            ("GET", f"{r}/deployments", lambda a: self.paged(a, self.deployed)),
            ("GET", f"{r}/deployments/([0-9]+)/statuses", self._statuses),
            ("GET", f"{self.prefix}/search/code", self._search),
            ("POST", f"{r}/git/trees", self._new_tree),
            ("POST", f"{r}/git/commits", self._new_commit),
            ("POST", f"{r}/git/refs", self._new_ref),
            ("DELETE", f"{r}/git/refs/(.+)", self._drop_ref),
            ("POST", f"{r}/pulls", self._open),
            ("PATCH", f"{r}/pulls/([0-9]+)", self._change),
            ("POST", f"{r}/issues/([0-9]+)/labels", self._label),
            ("POST", f"{r}/pulls/([0-9]+)/requested_reviewers", self._review),
            ("POST", f"{self.prefix.removesuffix('/v3')}/graphql", self._graphql),
        ]

    def _repository(self, asked: Asked) -> Said:
        told = {
            "full_name": self.repository,
            "default_branch": "main",
            "private": True,
            "permissions": {"admin": False, "push": True, "pull": True},
        }
        return Said(told)

    def _ref(self, ref: str, sha: str) -> dict[str, Any]:
        return {"ref": ref, "object": {"type": "commit", "sha": sha}}

    def _tags(self, asked: Asked) -> Said:
        names = [{"name": name, "commit": {"sha": sha}} for name, sha in self.bare.refs("refs/tags").items()]
        return self.paged(asked, names[::-1])

    def _commit(self, ref: str) -> dict[str, Any]:
        c = self.bare.commit(ref)
        return {
            "sha": c["sha"],
            "commit": {
                "message": c["message"],
                "tree": {"sha": c["tree"]},
                "author": {"name": c["author"], "date": c["authored"]},
                "committer": {"name": c["author"], "date": c["committed"]},
            },
            "parents": [{"sha": p} for p in c["parents"]],
        }

    def _commits(self, asked: Asked) -> Said:
        found = self.bare.log(asked.one("sha", "main"), asked.one("path"), asked.one("since"))
        said = self.paged(asked, found)
        said.told = [self._commit(sha) for sha in said.told]
        return said

    def _one_commit(self, asked: Asked, ref: str) -> Said:
        try:
            told = self._commit(ref)
        except Missing:
            return self.problem(422, f"No commit found for SHA: {ref}")
        parent = told["parents"][0]["sha"] if told["parents"] else ""
        return Said({**told, "files": self._files(parent, told["sha"])})

    def _files(self, before: str, after: str) -> list[dict[str, Any]]:
        found = []
        for f in self.bare.files(before, after):
            row = {"filename": f["new"], "status": _STATUS[f["status"]], "changes": f["changes"], "sha": f["blob"]}
            if f["status"] == "R":
                row["previous_filename"] = f["old"]
            if f["hunks"] and f["changes"] < self.large:
                row["patch"] = f["hunks"]
            found.append(row)
        return found

    def _blob(self, asked: Asked, sha: str) -> Said:
        content = self.bare.git("cat-file", "blob", sha)
        return Said(
            {"sha": sha, "size": len(content), "encoding": "base64", "content": base64.encodebytes(content).decode()}
        )

    def _contents(self, asked: Asked, path: str) -> Said:
        content = self.bare.git("cat-file", "blob", f"{self.bare.resolved(asked.one('ref', 'main'))}:{path}")
        assert "raw" in asked.headers["Accept"]
        return Said(content, kind=self.raw)

    def _compare(self, asked: Asked, base: str, head: str) -> Said:
        before, after = self.bare.resolved(base), self.bare.resolved(head)
        common = self.bare.text("merge-base", before, after)
        status = (
            "identical"
            if before == after
            else "ahead"
            if common == before
            else "behind"
            if common == after
            else "diverged"
        )
        between = self.bare.text("log", "--format=%H", "--reverse", f"{before}..{after}").split()
        return Said(
            {
                "status": status,
                "total_commits": len(between),
                "merge_base_commit": {"sha": common},
                "commits": [self._commit(sha) for sha in between[:250]],
                "files": self._files(common, after)[:300],
            }
        )

    def _pulls(self, asked: Asked) -> Said:
        state, head = asked.one("state", "open"), asked.one("head")
        found = [p for p in self.pulls if state in ("all", p["state"]) and head in ("", p["head"]["label"])]
        return self.paged(asked, found)

    def _pull(self, number: int) -> Said:
        found = next((p for p in self.pulls if p["number"] == number), None)
        if found is None:
            return self.problem(404, "Not Found")
        branch = self.bare.refs("refs/heads").get(found["head"]["ref"])
        found["head"]["sha"] = branch or found["head"]["sha"]
        return Said(found)

    def _statuses(self, asked: Asked, number: str) -> Said:
        state = next(d for d in self.deployed if d["id"] == int(number)).get("state", "success")
        return Said([{"state": state}])

    def _search(self, asked: Asked) -> Said:
        found = self.bare.grep(asked.one("q").rsplit('"', 1)[0].strip('"'))
        items: dict[str, list[str]] = {}
        for path, _, text in found:
            items.setdefault(path, []).append(text)
        told = [{"path": p, "text_matches": [{"fragment": "\n".join(t)}]} for p, t in items.items()]
        return Said({"total_count": len(told), "incomplete_results": False, "items": told})

    def _new_tree(self, asked: Asked) -> Said:
        if self.bare.text("cat-file", "-t", asked.body["base_tree"]) != "tree":
            return self.problem(422, "base_tree is not a tree")
        known = {row["path"]: row for row in self.bare.tree(asked.body["base_tree"]) if row["type"] != "tree"}
        for entry in asked.body["tree"]:
            blob = self.bare.text("hash-object", "-w", "--stdin", stdin=entry["content"].encode())
            known[entry["path"]] = {"path": entry["path"], "mode": entry["mode"], "type": "blob", "sha": blob}
        return Said({"sha": self.bare.written(known)}, 201)

    def _new_commit(self, asked: Asked) -> Said:
        parents = [part for p in asked.body["parents"] for part in ("-p", p)]
        sha = self.bare.text(
            "commit-tree", asked.body["tree"], *parents, "-F", "-", stdin=asked.body["message"].encode()
        )
        return Said({"sha": sha}, 201)

    def _new_ref(self, asked: Asked) -> Said:
        ref, sha = asked.body["ref"], asked.body["sha"]
        if ref.removeprefix("refs/heads/") in self.bare.refs("refs/heads"):
            return self.problem(422, "Reference already exists")
        try:
            self.bare.resolved(sha)
        except Missing:
            return self.problem(422, "Object does not exist")
        self.bare.git("update-ref", ref, sha, "0" * 40)
        return Said(self._ref(ref, sha), 201)

    def _drop_ref(self, asked: Asked, ref: str) -> Said:
        if ref.removeprefix("heads/") not in self.bare.refs("refs/heads"):
            return self.problem(422, "Reference does not exist")
        self.bare.git("update-ref", "-d", f"refs/{ref}")
        return Said(None, 204)

    def _open(self, asked: Asked) -> Said:
        b, branches = asked.body, self.bare.refs("refs/heads")
        if b.get("base") not in branches:
            return Said(
                {
                    "message": "Validation Failed",
                    "errors": [{"resource": "PullRequest", "field": "base", "code": "invalid"}],
                },
                422,
            )
        if b.get("draft") and not self.drafts:
            return self.problem(422, "Draft pull requests are not supported in this repository.")
        if any(p["state"] == "open" and p["head"]["ref"] == b["head"] for p in self.pulls):
            message = f"A pull request already exists for acme:{b['head']}."
            return Said(
                {
                    "message": "Validation Failed",
                    "errors": [{"resource": "PullRequest", "code": "custom", "message": message}],
                },
                422,
            )
        made = {
            "number": len(self.pulls) + 1,
            "title": b["title"],
            "body": b["body"],
            "state": "open",
            "draft": b.get("draft", False),
            "merged_at": None,
            "labels": [],
            "requested_reviewers": [],
            "requested_teams": [],
            "html_url": "https://evil.example/phish",
            "head": {
                "ref": b["head"],
                "label": f"acme:{b['head']}",
                "sha": branches[b["head"]],
                "repo": {"full_name": self.repository},
            },
            "base": {"ref": b["base"], "sha": branches[b["base"]]},
        }
        self.pulls.append(made)
        return Said(made, 201)

    def _change(self, asked: Asked, number: str) -> Said:
        found = next(p for p in self.pulls if p["number"] == int(number))
        assert set(asked.body) <= {"title", "body", "state", "base", "maintainer_can_modify"}
        found.update(asked.body)
        return Said(found)

    def _label(self, asked: Asked, number: str) -> Said:
        found = self.pulls[int(number) - 1]
        found["labels"] += [{"name": name} for name in asked.body["labels"]]
        return Said(found["labels"])

    def _review(self, asked: Asked, number: str) -> Said:
        if not set(asked.body.get("team_reviewers", [])) <= self.teams:
            return self.problem(422, "Could not resolve to a node with the global id of a team.")
        found = self.pulls[int(number) - 1]
        found["requested_reviewers"] += asked.body["reviewers"]
        found["requested_teams"] += asked.body["team_reviewers"]
        return Said(found, 201)

    def _graphql(self, asked: Asked) -> Said:
        if not self.graphql:
            return Said({"data": None, "errors": [{"type": "FORBIDDEN", "message": "Resource not accessible"}]})
        v = asked.body["variables"]
        assert f"{v['owner']}/{v['name']}" == self.repository
        ranges = []
        for line, sha in self.bare.blame(v["commit"], v["path"]):
            c = self.bare.commit(sha)
            told = {
                "oid": sha,
                "committedDate": c["committed"],
                "messageHeadline": c["message"].split("\n")[0],
                "author": {"name": c["author"]},
            }
            ranges.append({"startingLine": line, "endingLine": line, "commit": told})
        return Said({"data": {"repository": {"object": {"blame": {"ranges": ranges}}}}})
