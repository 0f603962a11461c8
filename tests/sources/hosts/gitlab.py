"""GitLab's REST API v4 over a bare repository, as its description has it."""

from __future__ import annotations

from typing import Any

from .bare import Bare, Missing
from .web import Asked, Handler, Said, Web

TOKEN = "glpat-TigerLily99tigerlily9"


class GitLabServer(Web):
    """One project, ``acme/shop``."""

    def __init__(self, bare: Bare) -> None:
        self.bare = bare
        self.requests: list[dict[str, Any]] = []
        self.deployed: list[dict[str, Any]] = []
        self.statuses: list[dict[str, Any]] = []
        self.users: dict[str, int] = {}
        self.large = 3000
        super().__init__()
        self.url += "/api/v4"

    def before(self, asked: Asked) -> Said | None:
        told = asked.headers.get("Private-Token") or asked.headers.get("Authorization", "").removeprefix("Bearer ")
        return self.problem(401, "401 Unauthorized") if told != TOKEN else None

    def answer(self, asked: Asked) -> Said:
        try:
            return super().answer(asked)
        except Missing:
            return self.problem(404, "404 Not Found")

    def routes(self) -> list[tuple[str, str, Handler]]:
        p = "/api/v4/projects/acme%2Fshop"
        r = f"{p}/repository"
        return [
            ("GET", p, self._project),
            ("GET", f"{r}/branches/([^/]+)", self._branch),
            ("DELETE", f"{r}/branches/([^/]+)", self._drop),
            ("GET", f"{r}/tags", self._tags),
            ("GET", f"{r}/commits", self._commits),
            ("POST", f"{r}/commits", self._new_commit),
            ("GET", f"{r}/commits/([^/]+)", lambda a, ref: Said(self._commit(ref))),
            ("GET", f"{r}/commits/([^/]+)/diff", self._commit_diff),
            ("GET", f"{r}/commits/([^/]+)/statuses", lambda a, ref: self.paged(a, self.statuses, 20)),
            ("GET", f"{r}/tree", self._tree),
            ("GET", f"{r}/blobs/([0-9a-f]+)/raw", lambda a, sha: self._raw(sha)),
            ("GET", f"{r}/files/([^/]+)/raw", lambda a, path: self._raw(f"{self.bare.resolved(a.one('ref'))}:{path}")),
            ("GET", f"{r}/files/([^/]+)/blame", self._blame),
            ("GET", f"{r}/compare", self._compare),
            ("GET", f"{r}/merge_base", self._merge_base),
            ("GET", f"{p}/deployments", lambda a: self.paged(a, self.deployed, 20)),
            ("GET", f"{p}/search", self._search),
            ("GET", f"{p}/merge_requests", self._requests),
            ("POST", f"{p}/merge_requests", self._open),
            ("GET", f"{p}/merge_requests/([0-9]+)", lambda a, n: self._request(int(n))),
            ("PUT", f"{p}/merge_requests/([0-9]+)", self._change),
            ("GET", "/api/v4/users", self._user),
        ]

    def _project(self, asked: Asked) -> Said:
        rights = {"project_access": {"access_level": 30}, "group_access": None}
        return Said({"id": 7, "default_branch": "main", "visibility": "private", "permissions": rights})

    def _branch(self, asked: Asked, name: str) -> Said:
        if name not in self.bare.refs("refs/heads"):
            return self.problem(404, "404 Branch Not Found")
        return Said({"name": name, "default": name == "main", "commit": self._commit(f"refs/heads/{name}")})

    def _drop(self, asked: Asked, name: str) -> Said:
        self.bare.git("update-ref", "-d", f"refs/heads/{name}", self.bare.resolved(f"refs/heads/{name}"))
        return Said(None, 204)

    def _tags(self, asked: Asked) -> Said:
        found = [{"name": n, "target": s, "commit": {"id": s}} for n, s in self.bare.refs("refs/tags").items()]
        return self.paged(asked, found, 20)

    def _commit(self, ref: str) -> dict[str, Any]:
        c = self.bare.commit(ref)
        return {
            "id": c["sha"],
            "short_id": c["sha"][:8],
            "parent_ids": c["parents"],
            "title": c["message"].split("\n")[0],
            "message": c["message"],
            "author_name": c["author"],
            "authored_date": c["authored"],
            "committed_date": c["committed"],
        }

    def _commits(self, asked: Asked) -> Said:
        found = self.bare.log(asked.one("ref_name", "main"), asked.one("path"), asked.one("since"))
        said = self.paged(asked, found, 20)
        said.told = [self._commit(sha) for sha in said.told]
        return said

    def _diffs(self, before: str, after: str) -> list[dict[str, Any]]:
        found = []
        for f in self.bare.files(before, after):
            large = f["changes"] >= self.large
            found.append(
                {
                    "old_path": f["old"],
                    "new_path": f["new"],
                    "new_file": f["status"] == "A",
                    "deleted_file": f["status"] == "D",
                    "renamed_file": f["status"] == "R",
                    "collapsed": False,
                    "too_large": large,
                    "diff": "" if large or not f["hunks"] else f"{f['hunks']}\n",
                }
            )
        return found

    def _commit_diff(self, asked: Asked, ref: str) -> Said:
        c = self.bare.commit(ref)
        return self.paged(asked, self._diffs(c["parents"][0] if c["parents"] else "", c["sha"]), 20)

    def _tree(self, asked: Asked) -> Said:
        assert asked.one("recursive") == "true"
        rows = self.bare.tree(self.bare.resolved(asked.one("ref", "main")))
        found = [{"id": r["sha"], "path": r["path"], "type": r["type"], "mode": r["mode"]} for r in rows]
        return self.paged(asked, found, 20)

    def _raw(self, name: str) -> Said:
        return Said(self.bare.git("cat-file", "blob", name), kind="text/plain; charset=utf-8")

    def _blame(self, asked: Asked, path: str) -> Said:
        ref = self.bare.resolved(asked.one("ref"))
        first, last = int(asked.one("range[start]", "1")), int(asked.one("range[end]", "1000000"))
        lines = self.bare.text("show", f"{ref}:{path}").split("\n")
        runs: list[dict[str, Any]] = []
        for line, sha in self.bare.blame(ref, path):
            if not first <= line <= last:
                continue
            if not runs or runs[-1]["commit"]["id"] != sha:
                runs.append({"commit": self._commit(sha), "lines": []})
            runs[-1]["lines"].append(lines[line - 1])
        return Said(runs)

    def _compare(self, asked: Asked) -> Said:
        before, after = self.bare.resolved(asked.one("from")), self.bare.resolved(asked.one("to"))
        base = before if asked.one("straight") == "true" else self.bare.text("merge-base", before, after)
        between = self.bare.text("log", "--format=%H", f"{before}..{after}").split()
        told = {"commits": [self._commit(sha) for sha in between], "diffs": self._diffs(base, after)}
        return Said({**told, "compare_timeout": False, "compare_same_ref": before == after})

    def _merge_base(self, asked: Asked) -> Said:
        return Said(self._commit(self.bare.text("merge-base", *map(self.bare.resolved, asked.params["refs[]"]))))

    def _search(self, asked: Asked) -> Said:
        found = self.bare.grep(asked.one("search"))
        return Said([{"path": path, "startline": line, "data": f"{text}\n"} for path, line, text in found])

    def _new_commit(self, asked: Asked) -> Said:
        b, branches = asked.body, self.bare.refs("refs/heads")
        if b["branch"] in branches:
            message = f"A branch called '{b['branch']}' already exists. Switch to that branch in order to make changes"
            return self.problem(400, message)
        base = self.bare.resolved(b["start_sha"])
        known = {row["path"]: row for row in self.bare.tree(base) if row["type"] != "tree"}
        for action in b["actions"]:
            path, there = action["file_path"], action["file_path"] in known
            if (action["action"] == "create") == there:
                return self.problem(400, f"A file with this name {'already exists' if there else 'does not exist'}")
            blob = self.bare.text("hash-object", "-w", "--stdin", stdin=action["content"].encode())
            known[path] = {**known.get(path, {"mode": "100644", "type": "blob"}), "sha": blob}
        message = b["commit_message"].encode()
        sha = self.bare.text("commit-tree", self.bare.written(known), "-p", base, "-F", "-", stdin=message)
        self.bare.git("update-ref", f"refs/heads/{b['branch']}", sha, "0" * 40)
        return Said(self._commit(sha), 201)

    def _requests(self, asked: Asked) -> Said:
        state, branch = asked.one("state", "all"), asked.one("source_branch")
        found = [r for r in self.requests if state in ("all", r["state"]) and branch in ("", r["source_branch"])]
        return self.paged(asked, found, 20)

    def _open(self, asked: Asked) -> Said:
        b, branches = asked.body, self.bare.refs("refs/heads")
        there = next(
            (r for r in self.requests if r["state"] == "opened" and r["source_branch"] == b["source_branch"]), None
        )
        if there:
            message = f"Another open merge request already exists for this source branch: !{there['iid']}"
            return Said({"message": [message]}, 409)
        made = {
            "iid": len(self.requests) + 1,
            "state": "opened",
            "title": b["title"],
            "description": b["description"],
            "draft": b["title"].startswith("Draft: "),
            "source_branch": b["source_branch"],
            "target_branch": b["target_branch"],
            "source_project_id": 7,
            "target_project_id": 7,
            "sha": branches[b["source_branch"]],
            "labels": [name for name in b.get("labels", "").split(",") if name],
            "reviewers": [{"id": n} for n in b.get("reviewer_ids", [])],
            "web_url": "https://evil.example/phish",
        }
        self.requests.append(made)
        return Said(made, 201)

    def _request(self, number: int) -> Said:
        found = next((r for r in self.requests if r["iid"] == number), None)
        if found is None:
            return self.problem(404, "404 Not found")
        found["sha"] = self.bare.refs("refs/heads").get(found["source_branch"], found["sha"])
        return Said(found)

    def _change(self, asked: Asked, number: str) -> Said:
        found = next(r for r in self.requests if r["iid"] == int(number))
        assert asked.body == {"state_event": "close"}
        found["state"] = "closed"
        return Said(found)

    def _user(self, asked: Asked) -> Said:
        name = asked.one("username")
        return Said([{"id": self.users[name], "username": name}] if name in self.users else [])
