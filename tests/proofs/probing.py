"""Asking every route of the application for what another commune holds."""

import io
import re
import secrets
import zipfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import httpx
import pypdf
from tests.proofs.planting import FAMILY
from tests.proofs.reading import Reading, routes_of

from ribambelle.identity import Grant
from ribambelle.testing import Town
from ribambelle.testing.tokens import a_program
from ribambelle.web import access
from ribambelle.web.portal import Portal

IDS = ("1", "2", "3")
SEARCHED = "zyxow"
"""Finds the word planted, without a page being able to give it back by repeating what was asked."""
VALUES: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("number", "facility", "desk", "session", "paper", "sheet", "grid"), IDS),
    "agreement": IDS,
    **dict.fromkeys(("adult", "child", "held", "custody", "other"), IDS),
    **dict.fromkeys(("commission", "contract", "move", "offer", "appeal", "case"), IDS),
    **{"file": ("C-1", "C-2"), "group": ("babies",)},
    "code": ("enfant", "famille", "adresse", "voeux", "ecole", "sante"),
    "kind": ("csv", "xlsx", "birth", "json", "insurance", "quotient"),
    **{"booking": IDS, "day": ("2026-11-30",), "monday": ("2026-11-30",)},
    **{"month": ("2026-11",), "year": ("2026",)},
    **dict.fromkeys(("roll", "unit", "activity"), IDS),
    **dict.fromkeys(("opening", "asked"), IDS),
    **dict.fromkeys(("enrolment", "version", "household", "claim", "sent"), IDS),
    **{"payer": IDS, "ledger": ("cash",), "how": ("vu", "signaler", "crediter")},
    **dict.fromkeys(("relais", "event", "care", "statement"), IDS),
    **{"commune": ("44109",), "insee": ("44109",)},
    **dict.fromkeys(("childminder", "register", "place", "search", "rank"), IDS),
    "secret": ("x" * 32,),
    "model": ("sign_in",),
    **{"slug": ("page-1", "page-3"), "provider": ("franceconnect", "proconnect")},
    "name": ("portal.css",),
}
"""What a path's parameters are filled with; a parameter missing here stops the proof."""
QUERY: dict[str, tuple[str, ...]] = {
    "q": (SEARCHED,),
    **dict.fromkeys(("quartier", "creche", "guichet", "autour"), IDS),
    **dict.fromkeys(("numero", "avec"), ("C-1", "C-3")),
    **{"groupe": ("quartier:1", "creche:1", "quartier:3", "3"), "year": ("2026",)},
    **{"etat": ("to_write",), "jour": ("2026-11-25",)},
    **{"ecole": IDS, "annee": ("2026",)},
    "vue": ("toutes", "jointes"),
    "age": ("babies",),
    "mois": ("2026-01", "2026-03"),
    **dict.fromkeys(("de", "a"), ("2027-01",)),
    "naissance": ("ne",),
    **{"tri": ("nom",), "qui": ("seules",)},
    "table": ("creches",),
    "compter": ("wishes",),
    "decoupage": ("iris",),
    "iris": ("441090101",),
    "type": ("municipal",),
    **{"distance": ("5000",), "periode": ("2",)},
    **{"page": ("2",), "avant": IDS},
    **{"liste": ("assmat.fiches", "core.informations"), "partie": ("0",), "depuis": ("44109",)},
    "apres": IDS,
    "attendu": ("oui",),
    "dit": ("oui",),
    "reponse": ("non",),
    "espace": ("bureau",),
    **{
        "suite": ("/compte",),
        "retour": ("/compte",),
        "error": ("access_denied",),
        "state": ("x" * 43,),
    },
    "code": ("AAAA-BBBB",),
    "lien": ("parent",),
    **{"noms": ("oui",), "option": ("aucune", "2/babies/0")},
    **{"vrai": ("lives_in_town",), "ressources": ("36000",), "enfants": ("2",), "aeeh": ("1",)},
    **{"points": ("70",), "section": ("babies",), "jours": ("mon-am",)},
    **{"salaire": ("4,85",), "town": ("44000",), "latitude": ("47.2",), "longitude": ("-1.5",)},
    **{"radius": ("5000",), "days": ("mon",), "months": ("18",), "start": ("2027-03-01",)},
    **dict.fromkeys(("address", "to_address"), (SEARCHED,)),
    **{"to_latitude": ("47.3",), "to_longitude": ("-1.6",), "arrives": ("07:30",)},
    **{"leaves": ("18:00",), "children": ("1",), "where": ("home",), "cares": ("part_time",)},
    **{"home": ("no_pets",), "language": ("ar",), "name": (SEARCHED,)},
    **{"chez": ("smoke_free",), "langue": ("ar",)},
    **{"heures": ("35",), "semaines": ("46",), "fait": ("k",), "enfant": IDS},
    **{"quotient": ("640",), "habite": ("non",)},
    **{"ou": ("44000",), "pres": ("Centre",), "rayon": ("1000",), "lieu": ("home",)},
    **{"debut": ("2027-03-01",), "accueil": ("part_time",), "nom": (SEARCHED,)},
    **{"adresse": (SEARCHED,), "vers": ("Centre",), "arrivee": ("07:30",), "depart": ("18:00",)},
    **dict.fromkeys(("activite", "ecole", "facility"), IDS),
    **{"group": ("babies",), "places": ("1",)},
    **{"jour_day": ("1",), "jour_month": ("3",), "jour_year": ("2027",)},
    **dict.fromkeys(("activity", "child", "family"), IDS),
    **{"from": ("2026-11-30",), "to": ("2026-12-04",), "limit": ("2",), "after": ("bjE",)},
}
"""A query for each parameter a route reads; one missing here stops the proof."""
BODY: dict[str, str] = {
    **{"accreditation": "4401", "channel": "sms", "login": "number", "mobile": "06 99 00 00 01"},
    **{"childminder": "3", "recherche": "jours=mon", "retour": "fiche", "arreter": "oui"},
    **dict.fromkeys(("facility", "desk", "creche", "quartier", "personne"), "3"),
    **{
        "is_avip": "oui",
    },
    **{"weekday": "2", "begins": "8h", "ends": "9h", "places": "1"},
    **dict.fromkeys(("ajouter", "monter", "descendre", "retirer"), "3"),
    "avec": "C-3",
    **{"act": "ask_more", "reason": "r", "outcome": "reached", "note": "n", "reponse": "oui"},
    **{
        "email": FAMILY,
        "password": "p",
        "present": "p",
        "code": "000000",
        "suite": "/compte",
        "retour": "/compte",
    },
    **{"roles": "agent", "credential": "{}"},
    "vrai": "former_member",
    **dict.fromkeys(("other_email", "other_phone", "child_given_name", "child_family_name"), "1"),
    **{"child_born_on": "2", "number": "0"},
    **{"adults": "3", "everybody": "", "group": "creche:3", "view": "a-ecrire", "paper": "page"},
    **{"name": "n", "address": "a", "phone": "0", "exact": "on"},
    **{"is_expected": "non", "given_name": "n", "family_name": "n", "born_on": "2026-03-14"},
    **{"version": "1", "why": "old", "more": "m", "valid_until": "2027-02-24"},
    **{"seen": "1", "to": "1", "demande": "3"},
    **{"line": "l", "postcode": "97400", "city": "c", "work": "employed", "kind": "regular"},
    **{"school": "3", "class_name": "n"},
    **{"children": "3", "other": "3", "rights": "book", "lives_here": "non"},
    **{"has_authority": "oui", "until": "2027-07-02", "even": "me", "changes_on": "0"},
    **{"changes": "morning", "holidays": "weeks", "first_half": "me", "starts_on": "2027-01-04"},
    **{"adult": "3", "text": "t"},
    **{"groups": "quartier:3", "reached": "1"},
    **{"partner": "3", "thing": "periscolaire.children:3"},
    **{"rank": "1", "is_published": "oui"},
    **{"day": "2027-01-04", "begins": "540", "ends": "10:00", "slot": "20", "seats": "1"},
    **{"label": "n", "first_start": "2027-01-04", "last_start": "2027-03-31"},
    **{"closes_on": "2026-12-04", "held_on": "2026-12-10", "answer_days": "8", "grid": ""},
    **{"move": "departure", "age_group": "babies", "into_group": "", "on": "2026-12-31"},
    **{"days": "mon-am", "first": "2026-09-01", "last": "2026-12-31", "overflow": "0"},
    **{"counted_on": "2026-01-01", "source": "INSEE", "ratio": "5-8"},
    **{"pour": "toutes", "opinion": "for", "members": "3", "answer_by": "2027-01-04"},
    **{"option": "aucune", "places": "1", "digest": ""},
    **{"jour": "3.3.2026-12-03", "avant": "3.2.2026-12-03", "cle": "k", "copier": ""},
    **{"grille": "g", "fichier": "oui"},
    **{"compter": "oui", "insertion": "oui", "left_for": "moving", "opens_saturday": "oui"},
    **{"reserve": "insertion", "size": "20"},
    **{"enfant": "3", "raison": "sick", "semaines": "all", "retirer": "oui", "confirme": "oui"},
    **{"premier_day": "3", "premier_month": "12", "premier_year": "2026"},
    **{"dernier_day": "4", "dernier_month": "12", "dernier_year": "2026"},
    **{"enfant": "3", "annee": "2026", "activities": "3", "enrolments": "3", "claim": "3"},
    **{"has_allergy": "oui", "has_pai": "oui", "pai_until": "2027-07-02", "diet": ""},
    **{"accepted": "oui", "last": "2026-12-04", "source": "proof", "resident": "oui"},
    **{"premier": "2026-12-03", "dernier": "2026-12-04"},
    **{"activite": "3", "ecole": "3", "classe": "3:n", "unite": "3", "faire": "book"},
    **{"jour_day": "3", "jour_month": "12", "jour_year": "2026", "tard": "oui"},
    **{"weekdays": "3", "parts": "1", "needs": "3", "staff": "1"},
    **{"enfants": "3", "unite_1": "3", "unite_2": "3", "unite_3": "3", "criteres": "c"},
    **{"debut": "2026-12-01", "fin": "2026-12-02", "debut_heure": "8:30", "fin_heure": "9:30"},
    **{"roll": "3", "unit": "3", "eaten": "2"},
    **{"marque": "3.3.present", "arrived": "08:00", "left": "16:30", "state": "present"},
    **{"invoices": "3", "invoice": "3", "means": "cash", "amount": "1", "reference": "n"},
    **{"refund": "1", "doubts": "k", "key": "k", "payers": "3", "ends": "3", "agree": "oui"},
    **{"holder": "n", "iban": "FR7630006000011234567890189", "bic": ""},
    **{"usual_name": "n", "given_names": "n", "sex": "F", "agree": "oui", "child": "3"},
    **{"departement": "44", "country": "99341"},
    **{"start_on": "2027-01-04", "ajout": "1", "filtrer": "", "remplir": "", "vider": ""},
    **{"payers": "3", "invoice": "3", "invoices": "3", "means": "cash", "doubts": "k"},
}
"""What is typed in every field that may hold an id or decides of one; see `FREE` for the others."""
SENT: dict[str, dict[str, Any]] = {
    "periscolaire": {"bookings": [{"unit": 3, "day": "2026-12-03"}]},
    "assmat": {"state": "now", "moments": ["mon-morning"]},
}
"""What a program sends where it puts something."""
NEEDED = {"/api/v1/periscolaire/slots": {"activity": "1", "from": "2026-11-30", "to": "2026-12-04"}}
"""Without them a route for programs answers nothing."""
ENDING = ("/deconnexion", "/compte/appareils", "/compte/mot-de-passe")
"""Routes that end the session they are asked with: each is asked with a new one."""
SignIn = Callable[[], Awaitable[httpx.AsyncClient]]


@dataclass(frozen=True)
class Probe:
    """One route with its parameters filled, as it is declared and as it is asked."""

    method: str
    template: str
    path: str

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


def probes(app: Portal) -> list[Probe]:
    """Every route with ids that exist elsewhere: looking first, changing after.

    A file withdrawn by a probe would hide from the next ones.
    """
    found = {
        Probe(method, route.path_format, path)
        for method, route, _ in routes_of(app)
        for path in filled(route.path)
    }
    return sorted(found, key=str)


def open_to(app: Portal, town: Town) -> Callable[[str, Probe], bool]:
    """Return whether the guards let somebody in: whom they send away sees one page and no data.

    That they do send away is proved of each role and route by the test of the matrix of roles.
    """
    doors = {(way.method, way.path): way for way in access.ways(app, town.tenant.hooks)}

    def lets_in(role: str, probe: Probe) -> bool:
        way = doors.get((probe.method, probe.template))
        if way is None or access.VISITOR in way.opens:
            return True
        return role in way.opens or (role == "program" and way.scope is not None)

    return lets_in


def filled(path: str) -> Iterator[str]:
    """Yield a path with each value its parameters may take."""
    hole = re.search(r"{(\w+):\w+}", path)
    if hole is None:
        yield path
        return
    for value in VALUES[hole[1]]:
        yield from filled(path.replace(hole[0], value, 1))


async def people(town: Town) -> dict[str, SignIn]:
    """Return how each kind of person of a commune signs in."""
    managing = Grant("creche_manager", "creche.facility:1")
    staff = {
        "agent": (Grant("agent"), Grant("admin")),
        "manager": (managing,),
        "desk": (Grant("creche_desk", "creche.desk:1"),),
    }

    async def nobody() -> httpx.AsyncClient:
        return town.visitor()

    async def family() -> httpx.AsyncClient:
        return await town.family(FAMILY)

    def member(role: str) -> SignIn:
        async def come_in() -> httpx.AsyncClient:
            email = f"{role}@example.test"
            return await town.staff(*staff[role], email=email)

        return come_in

    async def program() -> httpx.AsyncClient:
        return await a_program(
            town,
            "core:requests",
            "periscolaire:read",
            "periscolaire:book",
            "assmat:read",
            "assmat:write",
            "assmat:legal",
        )

    signed_in = {"family": family, **{role: member(role) for role in staff}}
    return {"visitor": nobody, **signed_in, "program": program}


async def asked(
    probe: Probe, browser: httpx.AsyncClient, reading: Reading
) -> AsyncIterator[tuple[str, httpx.Response]]:
    """Ask a route as it is, then with each parameter it reads of its address.

    Whoever the guard sends away is not asked again: it answers before anything is read.
    """
    body: dict[str, Any] = FORM if probe.method == "POST" else {}
    if probe.method in {"PUT", "DELETE"}:
        body = {"headers": {"idempotency-key": secrets.token_hex(8)}}
        body |= {"json": SENT[probe.path.split("/")[3]]} if probe.method == "PUT" else {}
    needed = NEEDED.get(probe.template, {})
    answer = await browser.request(probe.method, probe.path, params=needed, **body)
    yield str(probe), answer
    if sent_away(answer):
        return
    for key in sorted(reading.query[probe.method, probe.template]):
        for value in QUERY[key]:
            params = {**needed, key: value}
            answer = await browser.request(probe.method, probe.path, params=params, **body)
            yield f"{probe}?{key}={value}", answer


FORM: dict[str, Any] = {
    # written once: thousands of requests bear it
    "content": urlencode(BODY).encode(),
    "headers": {"content-type": "application/x-www-form-urlencoded"},
}


def sent_away(answer: httpx.Response) -> bool:
    """Tell whether a guard refused: not for this person, or to sign in first."""
    to = answer.headers.get("location", "")
    return answer.status_code in {401, 403} or ("/connexion" in to and "?suite=" in to)


def text_of(answer: httpx.Response) -> str:
    """Return all that an answer says: headers, and what its spreadsheets and papers hold."""
    head = str(answer.headers)
    if answer.content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(answer.content)) as book:
            return head + "".join(book.read(name).decode() for name in book.namelist())
    if answer.content.startswith(b"%PDF"):
        pages = pypdf.PdfReader(io.BytesIO(answer.content)).pages
        return head + "".join(page.extract_text() for page in pages)
    return head + answer.text
