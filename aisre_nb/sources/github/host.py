"""One repository of GitHub: blame, deployments, and the few things that are ever written there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from aisre_nb.errors import AisreError, ChangeConflict
from aisre_nb.sources.forge.answers import segments, shaped
from aisre_nb.sources.forge.host import Blamed, CheckRun, Deployed, Request, Wanted, sha
from aisre_nb.sources.github.reading import ACCEPT, GitHubReads
from aisre_nb.sources.http.client import HttpClient
from aisre_nb.sources.http.failure import Refused, Understood
from aisre_nb.sources.http.gathering import gathered
from aisre_nb.times import instant

_DEPLOYMENTS = 3
"""Pages of a hundred."""
_STATUSES = 20
"""Deployments whose outcome is asked."""
_BLAME = """query($owner: String!, $name: String!, $commit: GitObjectID!, $path: String!) {
  repository(owner: $owner, name: $name) { object(oid: $commit) { ... on Commit { blame(path: $path) { ranges {
    startingLine endingLine commit { oid committedDate messageHeadline author { name } } } } } } } }"""
_STATES = {"success": "passed", "neutral": "skipped", "skipped": "skipped"}


class GitHub(GitHubReads):
    """A `Host`."""

    async def blame(self, path: str, sha_: str, first: int, last: int) -> list[Blamed] | None:
        """See `Host`; GraphQL alone has it, and wants a token."""
        owner, _, name = self.repository.partition("/")
        access = self.client.access
        # An Enterprise server has REST at /api/v3 and GraphQL at /api/graphql.
        url = access.url.removesuffix("/v3") if access.url.endswith("/api/v3") else access.url
        client = HttpClient(replace(access, url=url)) if url != access.url else self.client
        variables = {"owner": owner, "name": name, "commit": sha_, "path": path}
        try:
            reply = await client.read("/graphql", body={"query": _BLAME, "variables": variables}, headers=ACCEPT)
            told = await client.decoded(reply)
        except AisreError:
            return None
        finally:
            if client is not self.client:
                await client.close()
        try:
            runs = [
                Blamed(
                    int(run["startingLine"]),
                    int(run["endingLine"]),
                    sha(run["commit"]["oid"]),
                    str((run["commit"].get("author") or {}).get("name") or ""),
                    instant(str(run["commit"]["committedDate"])),
                    str(run["commit"]["messageHeadline"]),
                )
                for run in told["data"]["repository"]["object"]["blame"]["ranges"]
            ]
        except (KeyError, TypeError, ValueError, AttributeError):
            return None
        return [run for run in runs if run.last >= first and run.first <= last] or None

    async def deployments(self, since: datetime) -> list[Deployed]:
        """See `Host`. Of one that failed the title says so."""
        params = [("per_page", "100")]
        found, _ = await self.listed(f"{self.at}/deployments", params, _DEPLOYMENTS)
        with shaped(self.client.access):
            dated = sorted(((instant(str(one["created_at"])), one) for one in found), key=lambda pair: pair[0])[::-1]
        states = await gathered(self._state_of(one) for at, one in dated[:_STATUSES] if at >= since)
        rows = []
        for nth, (at, one) in enumerate(dated):
            state = states[nth] if nth < len(states) else ""
            with shaped(self.client.access):
                told = one.get("payload") if isinstance(one.get("payload"), dict) else {}
                title = str(one.get("description") or f"Deploy {one['ref']} to {one['environment']}")
                rows.append(
                    Deployed(
                        at, str(one["environment"]), str(one["ref"]), sha(one["sha"]),
                        str((one.get("creator") or {}).get("login") or ""),
                        f"{title} ({state})" if state and state != "success" else title,
                        str(told.get("service") or ""),
                    )
                )  # fmt: skip
        return rows

    async def _state_of(self, one: Any) -> str:
        with shaped(self.client.access):
            number = int(one["id"])
        told = await self.json(f"{self.at}/deployments/{number}/statuses", [("per_page", "1")])
        with shaped(self.client.access):
            return str(told[0]["state"]) if told else ""

    async def write(
        self, branch: str, parent: str, files: Sequence[tuple[str, str, str]], new: Sequence[str], message: str
    ) -> str:
        """See `Host`: a tree, a commit, and last the branch, so that it appears whole or not at all."""
        entries = [{"path": path, "mode": mode, "type": "blob", "content": text} for path, mode, text in files]
        below = await self.json(f"{self.at}/git/commits/{parent}")
        with shaped(self.client.access):
            base = sha(below["tree"]["sha"])
        tree = await self._post("/git/trees", {"base_tree": base, "tree": entries})
        with shaped(self.client.access):
            body = {"message": message, "tree": sha(tree["sha"]), "parents": [parent]}
        made = await self._post("/git/commits", body)
        with shaped(self.client.access):
            commit = sha(made["sha"])
        try:
            await self._post("/git/refs", {"ref": f"refs/heads/{branch}", "sha": commit})
        except Understood as error:
            if error.status == 422 and await self.branch(branch) is not None:
                raise ChangeConflict(f"branch {branch} came into being meanwhile", "propose it again") from None
            raise
        return commit

    async def request_of(self, branch: str) -> Request | None:
        """See `Host`."""
        owner = self.repository.partition("/")[0]
        params = [("head", f"{owner}:{branch}"), ("state", "open"), ("per_page", "10")]
        told, _ = await self.listed(f"{self.at}/pulls", params, 1)
        found = [self._request(one) for one in told]
        return next((one for one in found if one.branch == branch), None)

    async def request(self, number: int) -> Request | None:
        """See `Host`."""
        told = await self.none(f"{self.at}/pulls/{int(number)}")
        return None if told is None else self._request(told)

    async def open(self, wanted: Wanted) -> tuple[Request, tuple[str, ...]]:
        """See `Host`."""
        body = {"title": wanted.title, "body": wanted.body, "head": wanted.branch, "base": wanted.base,
                "draft": wanted.draft, "maintainer_can_modify": True}  # fmt: skip
        notes = []
        try:
            told = await self._post("/pulls", body)
        except Understood as error:
            if error.status != 422 or not wanted.draft or "draft" not in error.message.lower():
                raise
            notes.append(f"{self.repository} takes no drafts: it is open for review")
            told = await self._post("/pulls", {**body, "draft": False})
        made = self._request(told)
        if wanted.labels:
            notes += await self._also(f"/issues/{made.number}/labels", {"labels": list(wanted.labels)}, "labels")
        people = [one[1:] for one in wanted.reviewers if one.startswith("@") and "/" not in one]
        teams = [one.rpartition("/")[2] for one in wanted.reviewers if one.startswith("@") and "/" in one]
        if people or teams:
            asked = {"reviewers": people, "team_reviewers": teams}
            notes += await self._also(f"/pulls/{made.number}/requested_reviewers", asked, "reviewers")
        return made, tuple(notes)

    async def _also(self, path: str, body: Any, what: str) -> list[str]:
        try:
            await self._post(path, body)
        except AisreError as error:
            return [f"{what}: {error.message}"]
        return []

    async def close(self, number: int) -> None:
        """See `Host`."""
        await self.client.write("PATCH", f"{self.at}/pulls/{int(number)}", {"state": "closed"}, ACCEPT)

    async def delete_branch(self, name: str) -> None:
        """See `Host`."""
        await self.client.write("DELETE", f"{self.at}/git/refs/heads/{segments(name)}", headers=ACCEPT)

    async def checks(self, sha_: str) -> list[CheckRun]:
        """See `Host`: check runs, and the statuses that older programs set."""
        params = [("per_page", "100")]
        runs = await self.json(f"{self.at}/commits/{sha_}/check-runs", params)
        try:
            statuses = await self.json(f"{self.at}/commits/{sha_}/status", params)
        except Refused:
            statuses = {"statuses": []}
        with shaped(self.client.access):
            found = [
                CheckRun(str(one["name"]), _state(one), f"{self.page}/runs/{int(one['id'])}")
                for one in runs["check_runs"]
            ]
            words = {"success": "passed", "pending": "running", "failure": "failed", "error": "failed"}
            return found + [
                CheckRun(str(s["context"]), words.get(str(s["state"]), "waiting"), "") for s in statuses["statuses"]
            ]

    async def _post(self, path: str, body: Any) -> Any:
        return await self.client.write("POST", f"{self.at}{path}", body, ACCEPT)

    def _request(self, told: Any) -> Request:
        with shaped(self.client.access):
            number = int(told["number"])
            head = told["head"]
            own = (head.get("repo") or {}).get("full_name", self.repository).lower() == self.repository.lower()
            return Request(
                number,
                str(told["title"]),
                "merged" if told.get("merged_at") else str(told["state"]),
                # A branch of that name in a fork is another one.
                str(head["ref"]) if own else str(head["label"]),
                str(told["base"]["ref"]),
                sha(head["sha"]),
                f"{self.page}/pull/{number}",
                bool(told.get("draft")),
            )


def _state(run: Any) -> str:
    if run["status"] != "completed":
        return "running" if run["status"] == "in_progress" else "waiting"
    return _STATES.get(str(run.get("conclusion")), "failed")
