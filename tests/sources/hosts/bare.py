"""A bare git repository behind a test server: whatever it is asked, git itself answers."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

_HASH = re.compile("[0-9a-f]{40}")


class Missing(Exception):
    """git has nothing of that name."""


@dataclass
class Bare:
    """Runs git's own commands in it."""

    folder: Path
    _known: dict[tuple[str, ...], Any] = field(default_factory=dict, repr=False)
    """What was told of hashes, which always stand for the same."""

    def git(self, *arguments: str, stdin: bytes = b"") -> bytes:
        told = {
            "GIT_AUTHOR_NAME": "octo",
            "GIT_AUTHOR_EMAIL": "octo@host.example",
            "GIT_COMMITTER_NAME": "octo",
            "GIT_COMMITTER_EMAIL": "octo@host.example",
        }
        done = subprocess.run(
            ["git", *arguments],
            cwd=self.folder,
            env={**os.environ, **told},
            input=stdin,
            capture_output=True,
            check=False,
        )
        if done.returncode:
            raise Missing(done.stderr.decode())
        return done.stdout

    def text(self, *arguments: str, stdin: bytes = b"") -> str:
        return self.git(*arguments, stdin=stdin).decode().rstrip("\n")

    def resolved(self, ref: str) -> str:
        def asked() -> str:
            return self.text("rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}")

        return self._once(asked, "resolved", ref)

    def _once(self, asked: Callable[[], Any], *key: str) -> Any:
        """Asked once of whole hashes, and every time of names."""
        if not all(_HASH.fullmatch(part) for part in key[1:]):
            return asked()
        if key not in self._known:
            self._known[key] = asked()
        return self._known[key]

    def refs(self, below: str) -> dict[str, str]:
        """Commits by short name."""
        lines = self.text("for-each-ref", "--format=%(refname)%09%(objectname)%09%(*objectname)", below).splitlines()
        rows = [line.split("\t") for line in lines]
        return {name.removeprefix(f"{below}/"): peeled or plain for name, plain, peeled in rows}

    def commit(self, ref: str) -> dict[str, Any]:
        sha = self.resolved(ref)
        return dict(self._once(lambda: self._commit(sha), "commit", sha))

    def _commit(self, sha: str) -> dict[str, Any]:
        out = self.text("log", "-1", "--format=%H%x00%T%x00%P%x00%aN%x00%aI%x00%cI%x00%B", sha).split("\0")
        return {
            "sha": out[0],
            "tree": out[1],
            "parents": out[2].split(),
            "author": out[3],
            "authored": out[4],
            "committed": out[5],
            "message": out[6].rstrip("\n"),
        }

    def log(self, ref: str, path: str = "", since: str = "") -> list[str]:
        span = [f"--since={since}"] if since else []
        return self.text("log", "--format=%H", *span, self.resolved(ref), "--", *([path] if path else [])).split()

    def tree(self, ref: str) -> list[dict[str, str]]:
        return list(self._once(lambda: self._tree(ref), "tree", ref))

    def _tree(self, ref: str) -> list[dict[str, str]]:
        rows = []
        for line in self.text("ls-tree", "-r", "-t", "-z", ref).split("\0"):
            if line:
                head, _, path = line.partition("\t")
                mode, kind, sha = head.split()
                rows.append({"path": path, "mode": mode, "type": kind, "sha": sha})
        return rows

    def files(self, before: str, after: str) -> list[dict[str, Any]]:
        """What differs, with the hunks; ``before`` may be empty."""
        return list(self._once(lambda: self._files(before, after), "files", before, after))

    def _files(self, before: str, after: str) -> list[dict[str, Any]]:
        base = before or self.text("hash-object", "-t", "tree", "--stdin")
        found = []
        parts = [
            p for p in self.text("diff", "--raw", "-z", "--no-abbrev", "--find-renames", base, after).split("\0") if p
        ]
        while parts:
            _, _, _, blob, status = parts.pop(0).split(" ")
            old = parts.pop(0)
            new = parts.pop(0) if status[0] in "RC" else old
            text = self.text("diff", "--find-renames", "--unified=3", base, after, "--", *dict.fromkeys([old, new]))
            at = text.find("\n@@")
            hunks = text[at + 1 :] if at >= 0 else ""
            changed = sum(line[:1] in "+-" for line in hunks.splitlines())
            found.append(
                {"old": old, "new": new, "status": status[0], "blob": blob, "hunks": hunks, "changes": changed}
            )
        return found

    def blame(self, ref: str, path: str) -> list[tuple[int, str]]:
        """Each line's commit."""
        rows = self.text("blame", "--porcelain", ref, "--", path).split("\n")
        heads = [row.split() for row in rows if len(row.split(" ")[0]) == 40 and not row.startswith("\t")]
        return [(int(row[2]), row[0]) for row in heads]

    def grep(self, text: str) -> list[tuple[str, int, str]]:
        """Path, line and text of what holds it in main."""
        try:
            rows = self.text("grep", "-I", "-F", "-i", "-n", "-e", text, "main").splitlines()
        except Missing:
            return []
        parts = [row.split(":", 3) for row in rows]
        return [(path, int(line), told) for _, path, line, told in parts]

    def written(self, known: dict[str, dict[str, str]]) -> str:
        """The tree of these files, by path."""
        folders: dict[str, dict[str, dict[str, str]]] = {}
        lines = []
        for path, row in known.items():
            head, slash, rest = path.partition("/")
            if slash:
                folders.setdefault(head, {})[rest] = row
            else:
                lines.append(f"{row['mode']} {row['type']} {row['sha']}\t{head}\0")
        lines += [f"040000 tree {self.written(inner)}\t{name}\0" for name, inner in folders.items()]
        return self.text("mktree", "-z", stdin="".join(lines).encode())
