"""Passwords are kept as salted hashes."""

import hashlib
import hmac
import secrets

ROUNDS = 60_000


def hashed(password: str, salt: bytes | None = None) -> bytes:
    """Salt and hash, 16 and 32 bytes."""
    salt = salt or secrets.token_bytes(16)
    return salt + hashlib.pbkdf2_hmac("sha256", password.encode(), salt, ROUNDS)


def is_right(password: str, kept: bytes) -> bool:
    """Takes as long for a wrong one as for a right one."""
    return hmac.compare_digest(hashed(password, kept[:16]), kept)
