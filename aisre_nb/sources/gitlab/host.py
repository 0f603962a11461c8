"""One project of GitLab: blame, deployments, and the few things that are ever written there."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from aisre_nb.errors import AisreError, ChangeConflict
from aisre_nb.sources.forge.answers import or_none, segment, shaped
from aisre_nb.sources.forge.host import Blamed, CheckRun, Deployed, Request, Wanted, sha
from aisre_nb.sources.gitlab.reading import GitLabReads
from aisre_nb.sources.http.failure import Refused, Understood
from aisre_nb.times import instant

_STATES = {"success": "passed", "failed": "failed", "canceled": "failed", "skipped": "skipped", "running": "running",
           "manual": "skipped"}  # fmt: skip
_DRAFT = "Draft: "


class GitLab(GitLabReads):
    """A `Host`."""

    async def blame(self, path: str, sha_: str, first: int, last: int) -> list[Blamed] | None:
        """See `Host`."""
        params = [("ref", sha_), ("range[start]", str(first)), ("range[end]", str(last))]
        try:
            told = await self.client.json(f"{self.at}/repository/files/{segment(path)}/blame", params)
        except (Refused, Understood):
            return None
        found, line = [], first
        with shaped(self.client.access):
            for run in told:
                one, size = run["commit"], len(run["lines"])
                subject = str(one["message"]).split("\n", 1)[0]
                when = instant(str(one.get("committed_date") or one["authored_date"]))
                found.append(Blamed(line, line + size - 1, sha(one["id"]), str(one["author_name"]), when, subject))
                line += size
        return found or None

    async def deployments(self, since: datetime) -> list[Deployed]:
        """See `Host`. Of one that failed the title says so."""
        params = [("order_by", "created_at"), ("sort", "desc")]
        try:
            found = await self.listed("/deployments", params, 3)
        except Refused as error:
            # A project without pipelines answers like that.
            if error.status in (403, 404):
                return []
            raise
        with shaped(self.client.access):
            return [
                Deployed(
                    instant(str(one["created_at"])),
                    str(one["environment"]["name"]),
                    str(one["ref"]),
                    sha(one["sha"]),
                    str((one.get("user") or {}).get("name") or ""),
                    f"Deploy {one['ref']} to {one['environment']['name']}"
                    + (f" ({one['status']})" if one["status"] != "success" else ""),
                )
                for one in found
            ]

    async def write(
        self, branch: str, parent: str, files: Sequence[tuple[str, str, str]], new: Sequence[str], message: str
    ) -> str:
        """See `Host`: GitLab makes the branch and the commit together, or neither."""
        actions = [
            {"action": "create" if path in new else "update", "file_path": path, "content": text, "encoding": "text"}
            for path, _, text in files
        ]
        body = {"branch": branch, "start_sha": parent, "commit_message": message, "actions": actions}
        try:
            told = await self.client.write("POST", f"{self.at}/repository/commits", body)
        except Understood as error:
            if error.status == 400 and await self.branch(branch) is not None:
                raise ChangeConflict(f"branch {branch} came into being meanwhile", "propose it again") from None
            raise
        with shaped(self.client.access):
            return sha(told["id"])

    async def request_of(self, branch: str) -> Request | None:
        """See `Host`."""
        told = await self.listed("/merge_requests", [("source_branch", branch), ("state", "opened")])
        found = [self._request(one) for one in told]
        return next((one for one in found if one.branch == branch), None)

    async def request(self, number: int) -> Request | None:
        """See `Host`."""
        told = await or_none(self.client, f"{self.at}/merge_requests/{int(number)}")
        return None if told is None else self._request(told)

    async def open(self, wanted: Wanted) -> tuple[Request, tuple[str, ...]]:
        """See `Host`; a draft is one by how its title begins."""
        people, notes = await self._people(wanted.reviewers)
        body = {
            "source_branch": wanted.branch,
            "target_branch": wanted.base,
            "title": f"{_DRAFT if wanted.draft else ''}{wanted.title}",
            "description": wanted.body,
            "labels": ",".join(wanted.labels),
            "reviewer_ids": people,
            "remove_source_branch": True,
        }
        try:
            told = await self.client.write("POST", f"{self.at}/merge_requests", body)
        except Understood as error:
            there = await self.request_of(wanted.branch) if error.status == 409 else None
            if there is None:
                raise
            return there, (
                *notes,
                f"merge request !{there.number} was opened meanwhile",
            )
        return self._request(told), tuple(notes)

    async def _people(self, names: Sequence[str]) -> tuple[list[int], list[str]]:
        """Numbers of users; a group cannot be asked to review."""
        found, notes = [], []
        for name in names:
            told: Any = []
            if name.startswith("@") and "/" not in name:
                try:
                    told = await self.client.json("/users", [("username", name[1:])])
                except AisreError as error:
                    notes.append(f"reviewers: {error.message}")
            with shaped(self.client.access):
                found += [int(one["id"]) for one in told[:1]]
            if not told:
                notes.append(f"reviewers: {name} is no single user who could be asked")
        return found, notes

    async def close(self, number: int) -> None:
        """See `Host`."""
        await self.client.write("PUT", f"{self.at}/merge_requests/{int(number)}", {"state_event": "close"})

    async def delete_branch(self, name: str) -> None:
        """See `Host`."""
        await self.client.write("DELETE", f"{self.at}/repository/branches/{segment(name)}")

    async def checks(self, sha_: str) -> list[CheckRun]:
        """See `Host`: the jobs of its pipelines, and what other programs say."""
        told = await self.listed(f"/repository/commits/{sha_}/statuses")
        with shaped(self.client.access):
            return [CheckRun(str(one["name"]), _STATES.get(str(one["status"]), "waiting"), self.page) for one in told]

    def _request(self, told: Any) -> Request:
        with shaped(self.client.access):
            number = int(told["iid"])
            state = {"opened": "open", "locked": "closed"}.get(str(told["state"]), str(told["state"]))
            own = told.get("source_project_id") == told.get("target_project_id")
            return Request(
                number,
                str(told["title"]).removeprefix(_DRAFT),
                state,
                str(told["source_branch"]) if own else f"{told['source_project_id']}:{told['source_branch']}",
                str(told["target_branch"]),
                sha(told["sha"]),
                f"{self.page}/-/merge_requests/{number}",
                bool(told.get("draft")),
            )
