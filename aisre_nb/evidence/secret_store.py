"""Which placeholder stands for which secret: in the memory of this process, and nowhere else."""

from __future__ import annotations

from typing import NoReturn


class SecretStore:
    """Gives each secret one placeholder, and a person the secret back. It cannot be copied, pickled or printed."""

    __slots__ = ("_counts", "_placeholders", "_secrets")

    def __init__(self) -> None:
        self._placeholders: dict[str, str] = {}
        self._secrets: dict[str, str] = {}
        self._counts: dict[str, int] = {}

    def placeholder(self, kind: str, secret: str) -> str:
        """``[redacted:aws_key:1]``; the same secret has the same one, whatever kind it is taken for next."""
        if secret not in self._placeholders:
            self._counts[kind] = self._counts.get(kind, 0) + 1
            made = f"[redacted:{kind}:{self._counts[kind]}]"
            self._placeholders[secret], self._secrets[made] = made, secret
        return self._placeholders[secret]

    def raw(self, placeholder: str) -> str | None:
        """The secret; None where no such placeholder was given."""
        return self._secrets.get(placeholder)

    def __len__(self) -> int:
        return len(self._secrets)

    def __bool__(self) -> bool:
        return True

    def __repr__(self) -> str:
        return f"<{len(self)} secrets>"

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("secrets stay in the memory of their process: they are neither copied nor pickled")
