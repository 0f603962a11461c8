"""Accounts."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Account:
    user_id: str
    name: str
    tier: str | None = None


def as_json(account: Account) -> dict[str, str | None]:
    return {"user_id": account.user_id, "name": account.name, "tier": account.tier}
