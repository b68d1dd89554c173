"""How does a paper lie on a disk so that only this commune, for this very paper, can read it?

AES-256-GCM, part by part. Each file has a key of its own, drawn from the commune's data key and a
random salt; the commune, the number of the paper and its version are authenticated with every part.
A file moved to another commune or another row does not open, nor does one cut short.
"""

import os
from pathlib import Path
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from ribambelle.database.names import flush

MAGIC, SALT, PART, TAG, NONCE = b"RIB1", 32, 1 << 20, 16, 12


class Broken(Exception):
    """A sealed thing that does not open: another key, another place, or a changed byte."""


def derived(secret: bytes, salt: bytes, purpose: str) -> bytes:
    """Return a key of 32 bytes that serves one purpose.

    >>> derived(b"secret", b"", "a") == derived(b"secret", b"", "b")
    False
    """
    return HKDF(SHA256(), 32, salt, f"ribambelle {purpose}".encode()).derive(secret)


def wrap(content: bytes, key: bytes, place: str) -> bytes:
    """Seal something short.

    >>> key = bytes(32)
    >>> unwrap(wrap(b"data key", key, "alpha"), key, "alpha")
    b'data key'
    >>> unwrap(wrap(b"data key", key, "alpha"), key, "beta")
    Traceback (most recent call last):
    ...
    ribambelle.documents.sealing.Broken
    """
    nonce = os.urandom(NONCE)
    return nonce + AESGCM(key).encrypt(nonce, content, place.encode())


def unwrap(sealed: bytes, key: bytes, place: str) -> bytes:
    """Open something short; raises Broken."""
    try:
        return AESGCM(key).decrypt(sealed[:NONCE], sealed[NONCE:], place.encode())
    except (InvalidTag, ValueError) as error:
        raise Broken from error


def seal(content: BinaryIO, to: Path, key: bytes, place: str) -> None:
    """Write what is read from `content` to a new file that only `key` opens, at `place` only."""
    salt = os.urandom(SALT)
    cipher = AESGCM(derived(key, salt, "document"))
    to.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    to.touch(mode=0o600, exist_ok=False)
    with to.open("wb") as sealed:
        sealed.write(MAGIC + salt)
        number, part = 0, content.read(PART)
        while True:
            following = content.read(PART)
            told = (place.encode(), _nonce(number, is_last=not following))
            sealed.write(cipher.encrypt(told[1], part, told[0]))
            if not following:
                break
            number, part = number + 1, following
    flush(to)


def opened(file: Path, key: bytes, place: str) -> bytes:
    """Return what was sealed, once every part of it has proved genuine; raises Broken."""
    content = bytearray()
    with file.open("rb") as sealed:
        head = sealed.read(len(MAGIC) + SALT)
        if not head.startswith(MAGIC):
            raise Broken
        cipher = AESGCM(derived(key, head[len(MAGIC) :], "document"))
        number, part = 0, sealed.read(PART + TAG)
        while True:
            following = sealed.read(PART + TAG)
            nonce = _nonce(number, is_last=not following)
            try:
                content += cipher.decrypt(nonce, part, place.encode())
            except (InvalidTag, ValueError) as error:
                raise Broken from error
            if not following:
                return bytes(content)
            number, part = number + 1, following


def _nonce(number: int, *, is_last: bool) -> bytes:
    return number.to_bytes(NONCE - 1, "big") + bytes([is_last])
