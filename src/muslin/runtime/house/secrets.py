"""Passwords and the secrets that let people and programs in; only hashes are ever kept."""

from __future__ import annotations

import hashlib
import secrets

from muslin.domain.errors import InvalidRequest

SHORTEST_PASSWORD = 10
"""NIST SP 800-63B-4 asks for 15 alone and 8 beside a second factor; sign-in here is slowed down."""


def fresh_secret() -> str:
    """A new secret, 256 random bits, fit for an address."""
    return secrets.token_urlsafe(32)


def digest_of(secret: str) -> str:
    """What is kept of a secret; random secrets need no slow hash."""
    return hashlib.sha256(secret.encode()).hexdigest()


def hash_password(password: str) -> str:
    """A password's argon2id hash with its salt and costs (RFC 9106). Raises InvalidRequest."""
    if len(password) < SHORTEST_PASSWORD:
        raise InvalidRequest(
            f"The password has {len(password)} characters.",
            hint=f"Take at least {SHORTEST_PASSWORD}; a few words in a row are easy to keep.",
        )
    from argon2 import PasswordHasher

    return PasswordHasher().hash(password)


def is_password(hashed: str, password: str) -> bool:
    """Whether a password has this hash; takes as long for nobody's (empty) hash as for others."""
    from argon2 import PasswordHasher
    from argon2.exceptions import InvalidHashError, VerificationError

    hasher = PasswordHasher()
    if not hashed:
        hasher.hash(password)
        return False
    try:
        return hasher.verify(hashed, password)
    except (VerificationError, InvalidHashError):
        return False
