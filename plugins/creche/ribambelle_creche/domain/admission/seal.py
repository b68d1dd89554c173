"""A proposal sealed with what it was made from: one bit changed on either side shows."""

import re
from hashlib import sha256

import msgspec
import rfc8785

from ribambelle_creche.domain.admission.outcome import Proposal
from ribambelle_creche.domain.admission.snapshot import Snapshot

PREFIX = "sha256:"
BEYOND = re.compile(rb"[\xf0-\xf4]")
"""First byte of a character beyond the basic plane, in UTF-8."""


def sealed(given: Snapshot, proposal: Proposal) -> Proposal:
    """Return the proposal with its digest."""
    return msgspec.structs.replace(proposal, digest=digest(given, proposal))


def digest(given: Snapshot, proposal: Proposal) -> str:
    """Return the SHA-256 of a snapshot then of its proposal without its digest, in RFC 8785 JSON.

    The order in which files, pins, reserves, flags and crèches are listed does not count; the
    order of a file's options does, being its preferences. Every field is written, with its default
    when it was not given.
    """
    body = msgspec.structs.asdict(proposal)
    del body["digest"]
    found = sha256(canonical(in_order(given)))
    found.update(canonical(body))
    return PREFIX + found.hexdigest()


def inputs_digest(given: Snapshot) -> str:
    """Return the SHA-256 of a snapshot alone."""
    return PREFIX + sha256(canonical(in_order(given))).hexdigest()


def canonical(what: object) -> bytes:
    """Return a value of integers and texts in RFC 8785 JSON.

    msgspec writes it forty times faster; it sorts keys by code point where the RFC sorts them by
    UTF-16 unit, which differs only beyond the basic plane: there the reference writes it.

    >>> canonical({"é": 1, "a": [None, True]}).decode()
    '{"a":[null,true],"é":1}'
    """
    text = msgspec.json.encode(what, order="sorted")
    if BEYOND.search(text):
        return rfc8785.dumps(msgspec.to_builtins(what))
    return text


def in_order(given: Snapshot) -> Snapshot:
    """Return a snapshot with its lists in an order that says nothing."""
    changed = msgspec.structs.replace
    return changed(
        given,
        applications=tuple(
            sorted(
                (
                    changed(one, flags=tuple(sorted(one.flags))) if len(one.flags) > 1 else one
                    for one in given.applications
                ),
                key=lambda one: one.id,
            )
        ),
        pins=tuple(sorted(given.pins, key=lambda one: one.application)),
        reserves=tuple(
            sorted(
                (changed(one, facilities=tuple(sorted(one.facilities))) for one in given.reserves),
                key=lambda one: one.code,
            )
        ),
    )
