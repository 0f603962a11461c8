"""The shop's remote repository, read and moved with plain git."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from aisre_nb.errors import ConfigurationError, UsageError
from aisre_nb.sandbox.repository.written import environment

CI = "Shop CI"


_SETTINGS = (
    "gc.auto=0", "maintenance.auto=false", "core.hooksPath=/dev/null", "core.fsmonitor=false",
    "core.attributesFile=/dev/null", "protocol.allow=never", "submodule.recurse=false",
)  # fmt: skip
_OWN = re.compile(
    r"core\.(repositoryformatversion|filemode|bare|logallrefupdates|ignorecase|precomposeunicode|symlinks|sharedrepository)"
    r"|extensions\.(objectformat|refstorage)|receive\.\w+|gc\.\w+"
)
"""What a repository's own settings may say. Others name programs: a merge driver, an include."""
_HASH = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")


class Remote:
    """A bare repository in a case folder, which may come from a stranger: no program that it names is run."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "remote.git"
        self._trusted = False

    def head(self) -> str:
        """The commit that main points at."""
        return self._git("rev-parse", "--verify", "refs/heads/main").decode().strip()

    def files(self, commit: str) -> dict[str, str]:
        """Texts by path: the source and what is deployed. Raises `UsageError` for what is no commit."""
        if not _HASH.fullmatch(commit):
            raise UsageError(f"{commit!r} is no commit", "make the world anew")
        listed = self._git("ls-tree", "-r", "-z", commit, "--", "services", "deploy").decode("utf-8", "replace")
        found = {}
        for entry in listed.split("\0")[:-1]:
            about, _, path = entry.partition("\t")
            mode, kind, blob = about.split()
            if kind == "blob" and mode != "120000":
                found[path] = blob
        asked = "".join(f"{blob}\n" for blob in found.values()).encode()
        told = self._git("cat-file", "--batch=%(objectsize)", "--buffer", stdin=asked)
        place = 0
        for path in found:
            end = told.index(b"\n", place)
            size = int(told[place:end])
            found[path] = told[end + 1 : end + 1 + size].decode("utf-8", "replace")
            place = end + size + 2
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
        self._look()
        settings = [word for setting in _SETTINGS for word in ("-c", setting)]
        return self._run(["git", f"--git-dir={self._folder}", *settings, *arguments], stdin, environ or {}, problem)

    def _look(self) -> None:
        """Raises `UsageError` where the repository's settings say more than such a one's do."""
        if self._trusted:
            return
        command = ["git", "config", f"--file={self._folder / 'config'}", "--no-includes", "--name-only", "-z", "--list"]
        names = self._run(command, b"", {}, "").decode("utf-8", "replace").split("\0")[:-1]
        for name in names:
            if not _OWN.fullmatch(name):
                raise UsageError(
                    f"{self._folder / 'config'} sets {name!r}, which a world's repository does not need",
                    "take it out if it is yours, or make the world anew",
                )
        self._trusted = True

    @staticmethod
    def _run(command: list[str], stdin: bytes, environ: Mapping[str, str], problem: str) -> bytes:
        try:
            ran = subprocess.run(
                command, env=environment() | dict(environ), input=stdin, capture_output=True, check=True
            )
        except FileNotFoundError:
            raise ConfigurationError("git is not installed, and the shop has a repository", "install git") from None
        except subprocess.CalledProcessError as error:
            said = error.stderr.decode(errors="replace").strip()[-200:]
            raise UsageError(problem or f"git failed: {said}", "look at the repository with git") from None
        return ran.stdout


def _data(text: str) -> bytes:
    raw = text.encode()
    return f"data {len(raw)}\n".encode() + raw + b"\n"
