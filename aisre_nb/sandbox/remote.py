"""The shop's remote repository, read and moved with plain git."""

from __future__ import annotations

import io
import subprocess
import tarfile
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from aisre_nb.errors import ConfigurationError, UsageError
from aisre_nb.sandbox.repository import environment

CI = "Shop CI"


class Remote:
    """A bare repository in a case folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "remote.git"

    def head(self) -> str:
        """The commit that main points at."""
        return self._git("rev-parse", "--verify", "refs/heads/main").decode().strip()

    def files(self, commit: str) -> dict[str, str]:
        """Texts by path: the source and what is deployed."""
        found = {}
        with tarfile.open(fileobj=io.BytesIO(self._git("archive", "--format=tar", commit))) as tar:
            for member in tar:
                if member.isfile() and (member.name.startswith(("services/", "deploy/"))):
                    stream = tar.extractfile(member)
                    if stream is not None:
                        found[member.name] = stream.read().decode("utf-8", "replace")
        return found

    def merge(self, branch: str, at: datetime) -> str:
        """Merge a branch into main; the new commit. Raises `UsageError` where it does not merge."""
        missing = f"there is no branch {branch!r} in the remote"
        base, head = self.head(), self._git("rev-parse", "--verify", f"refs/heads/{branch}", problem=missing).decode()
        head = head.strip()
        tree = self._git("merge-tree", "--write-tree", base, head, problem=f"{branch} does not merge into main")
        commit = self._commit(tree.decode().split()[0], f"Merge {branch}\n", (base, head), at)
        self._git("update-ref", "refs/heads/main", commit, base)
        return commit

    def write(self, texts: Mapping[str, str], message: str, tag: str, at: datetime) -> str:
        """Commit these files on main, and tag the commit."""
        base = self.head()
        stamp = f"{CI} <ci@shop.example> {int(at.timestamp())} +0000"
        parts = [
            f"commit refs/heads/main\nauthor {stamp}\ncommitter {stamp}\n".encode(),
            _data(message),
            f"from {base}\n".encode(),
        ]
        for path, text in sorted(texts.items()):
            parts += [f"M 100644 inline {path}\n".encode(), _data(text)]
        parts.append(f"\nreset refs/tags/{tag}\nfrom refs/heads/main\n\n".encode() if tag else b"\n")
        self._git("fast-import", "--quiet", "--date-format=raw", "--force", stdin=b"".join(parts))
        return self.head()

    def tags(self) -> list[str]:
        """All tags."""
        return self._git("tag", "--list").decode().split()

    def _commit(self, tree: str, message: str, parents: tuple[str, ...], at: datetime) -> str:
        stamp = f"{int(at.timestamp())} +0000"
        more = {"GIT_AUTHOR_NAME": CI, "GIT_AUTHOR_EMAIL": "ci@shop.example", "GIT_AUTHOR_DATE": stamp}
        more |= {name.replace("AUTHOR", "COMMITTER"): value for name, value in more.items()}
        options = [word for parent in parents for word in ("-p", parent)]
        return (
            self._git("commit-tree", tree, *options, "-F", "-", stdin=message.encode(), environ=more).decode().strip()
        )

    def _git(
        self, *arguments: str, stdin: bytes = b"", environ: Mapping[str, str] | None = None, problem: str = ""
    ) -> bytes:
        command = ["git", f"--git-dir={self._folder}", "-c", "gc.auto=0", *arguments]
        try:
            ran = subprocess.run(
                command, env=environment() | dict(environ or {}), input=stdin, capture_output=True, check=True
            )
        except FileNotFoundError:
            raise ConfigurationError("git is not installed, and the shop has a repository", "install git") from None
        except subprocess.CalledProcessError as error:
            said = error.stderr.decode(errors="replace").strip()[-200:]
            raise UsageError(
                problem or f"git {arguments[0]} failed: {said}", "look at the repository with git"
            ) from None
        return ran.stdout


def _data(text: str) -> bytes:
    raw = text.encode()
    return f"data {len(raw)}\n".encode() + raw + b"\n"
