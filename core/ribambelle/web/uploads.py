"""A file a family or an agent sends in a page: read, refused in words, and shown again."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import msgspec
from litestar import Request

from ribambelle import tenants
from ribambelle.documents import receiving, shelf
from ribambelle.errors import Refused
from ribambelle.forms import Bound
from ribambelle.forms.files import Sent, sent
from ribambelle.identity import Person, limits

LONGEST_BODY = 32_000_000
"""Bytes read of one form: more than any commune allows, so that its own limit is told in words."""
HOUR = timedelta(hours=1)
AT_MOST = 60
SEND_ANOTHER = "Envoyez une photo (JPEG, PNG, HEIC, WebP) ou un PDF."
SENTENCES = {
    "empty": "Choisissez un fichier, ou prenez une photo du document.",
    "too_big": "Ce fichier dépasse {megabytes} Mo. Une photo du document suffit.",
    "kind_unknown": f"Ce genre de fichier ne peut pas être reçu. {SEND_ANOTHER}",
    "image_unreadable": "Cette image ne s’ouvre pas, ou elle est coupée. Prenez une nouvelle photo.",
    "too_many_pixels": "Cette image est trop grande. Prenez une photo ordinaire du document.",
    "pdf_unreadable": "Ce PDF ne s’ouvre pas. Enregistrez-le de nouveau, ou photographiez-le.",
    "pdf_locked": "Ce PDF demande un mot de passe. Ouvrez-le, imprimez-le en PDF sans mot de passe, "
    "ou photographiez-le.",
    "pdf_active": "Ce PDF contient un programme ou un fichier joint. Imprimez-le en PDF, ou "
    "photographiez-le.",
    "too_many_pages": "Ce PDF a plus de {allowed} pages. Envoyez seulement celles qui prouvent.",
    "infected": "Notre antivirus a refusé ce fichier. Photographiez plutôt le document.",
    "unreadable": f"Ce fichier ne s’ouvre pas. {SEND_ANOTHER}",
    "form_unreadable": "L’envoi s’est interrompu. Recommencez.",
    "kind_missing": "Choisissez ce que ce document prouve.",
}


class Given(msgspec.Struct, frozen=True):
    """What a form with a file says beside it."""

    kind: str = ""


@asynccontextmanager
async def upload(
    request: Request[Any, Any, Any], person: Person, at_most: int = 0
) -> AsyncIterator[Sent]:
    """Read a form with one file into the commune's own folder; nobody sends without end."""
    now = tenants.current().now()
    await limits.require(f"upload:{person.account}", now, at_most=at_most or AT_MOST, per=HOUR)
    async with sent(request, shelf.reception(), largest=receiving.largest()) as form:
        yield form


def told(refusal: Refused) -> str:
    """Return the sentence that tells a family why its file was refused, and what to send instead.

    >>> told(Refused("too_many_pages", allowed=50))
    'Ce PDF a plus de 50 pages. Envoyez seulement celles qui prouvent.'
    """
    if refusal.reason not in SENTENCES:
        raise refusal
    facts = {"megabytes": int(refusal.facts.get("allowed", 0)) // receiving.MEGA, **refusal.facts}
    return SENTENCES[refusal.reason].format(**facts)


def refused(refusal: Refused, kind: str = "") -> Bound[Given]:
    """Return the form to show again, with the sentence beside the field it speaks of."""
    field = "kind" if refusal.reason == "kind_missing" else "file"
    return Bound(None, {field: told(refusal)}, {"kind": kind})
