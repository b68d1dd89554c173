"""The public address service (BAN, through Géoplateforme): one question, asked politely.

https://geoservices.ign.fr/documentation/services/services-geoplateforme/geocodage: no key, fifty
questions a second from one machine, then five seconds of silence.
"""

from typing import Any

import httpx
import msgspec

from ribambelle import traces
from ribambelle.geocoding.pace import Pace

PATIENCE = 2.0
"""Seconds a family waits for it: without an answer the commune's own list is read."""
LONGEST = 64 * 1024
SURE = 0.5
"""Score under which an answer may be another street altogether."""
SILENCE = 5.0
LOOPBACK = dict.fromkeys(("all://127.0.0.1", "all://localhost", "all://[::1]"))
"""Addresses never asked through a proxy: the stand-in's."""


class Unanswered(Exception):
    """The service did not answer, or not in time; the address asked is never told."""


class _Properties(msgspec.Struct, frozen=True):
    label: str = ""
    score: float = 0.0
    citycode: str = ""


class _Geometry(msgspec.Struct, frozen=True):
    coordinates: tuple[float, float]
    """Longitude, then latitude."""


class _Feature(msgspec.Struct, frozen=True):
    geometry: _Geometry
    properties: _Properties


class _Answer(msgspec.Struct, frozen=True):
    features: tuple[_Feature, ...] = ()


class Place(msgspec.Struct, frozen=True):
    """Where the service says an address is, in degrees."""

    label: str
    latitude: float
    longitude: float


@traces.asks("adresse")
async def ask(
    service: str, text: str, pace: Pace, *, insee: str = "", departement: str = ""
) -> Place | None:
    """Return where an address is, None when the service knows none like it.

    :param insee: only in this commune.
    :param departement: only in this one, asked of the first five answers.

    Raises Unanswered when it is silent, asked too much, or says what nobody can read.
    """
    if not pace.take():
        raise Unanswered("too many questions")
    told: dict[str, Any] = {"q": text, "limit": 5 if departement else 1, "autocomplete": 0}
    if insee:
        told["citycode"] = insee
    try:
        async with httpx.AsyncClient(
            timeout=PATIENCE, follow_redirects=False, mounts=LOOPBACK
        ) as client:
            answer = await client.get(f"{service.rstrip('/')}/search", params=told)
    except (httpx.TimeoutException, httpx.ConnectError) as error:
        # the next families do not wait for it in turn
        pace.rest(SILENCE)
        raise Unanswered(type(error).__name__) from None
    except httpx.HTTPError as error:
        # its own words may hold the address asked
        raise Unanswered(type(error).__name__) from None
    if answer.status_code == 429:
        pace.rest(_seconds(answer.headers.get("retry-after", "")))
    if answer.status_code != 200 or len(answer.content) > LONGEST:
        raise Unanswered(f"answer {answer.status_code}")
    try:
        read = msgspec.json.decode(answer.content, type=_Answer)
    except msgspec.DecodeError:
        raise Unanswered("an answer that cannot be read") from None
    return _place(read, insee, departement)


def _place(read: _Answer, insee: str, departement: str) -> Place | None:
    for one in read.features:
        longitude, latitude = one.geometry.coordinates
        told = one.properties
        is_here = not insee or told.citycode in ("", insee)
        if told.score >= SURE and is_here and told.citycode.startswith(departement):
            return Place(told.label[:200], latitude, longitude)
    return None


def _seconds(told: str) -> float:
    return min(60.0, float(told)) if told.isdecimal() else SILENCE
