"""What a program is answered when something cannot be: RFC 9457, in French, with what to do next."""

from typing import Any

import msgspec
import structlog
from litestar import Request, Response
from litestar.exceptions import HTTPException
from litestar.types import ExceptionHandlersMap

from ribambelle import tenants, traces
from ribambelle.api.addresses import PAGE
from ribambelle.api.reading import Invalid, NotJson, TooLarge, Unreadable, Wrong
from ribambelle.api.writing import KeyNeeded, KeyReused
from ribambelle.errors import NoTenant, NotYours, Refused, Unavailable
from ribambelle.web import away
from ribambelle.web.blame import blame
from ribambelle.web.guards import NotForYou, ScopeNeeded, SignInFirst, TokenNeeded
from ribambelle.web.security import ALWAYS
from ribambelle.web.visit import visit

log = structlog.get_logger(__name__)
MEDIA_TYPE = "application/problem+json"
TOO_LARGE = "Il est limité ici à {} octets : envoyez-en moins à la fois."
ASK = "Demandez à la mairie d’en donner un autre : Bureau, Équipe, Jetons."


class Problem(msgspec.Struct, frozen=True, omit_defaults=True):
    """Why a request was not done, and what to do next."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    reference: str = ""
    """To give to whoever runs the portal: it finds this request in the logs."""
    errors: list[Wrong] = []


class Said(msgspec.Struct, frozen=True):
    """One kind of problem."""

    status: int
    title: str
    detail: str


SAID: dict[str, Said] = {
    "unreadable": Said(
        400, "Le corps n’est pas du JSON", "Vérifiez les guillemets, les virgules et l’UTF-8."
    ),
    "idempotency_key_missing": Said(
        400,
        "Il manque l’en-tête Idempotency-Key",
        "Donnez à chaque écriture une clé à elle, 200 caractères au plus. Renvoyée, elle n’est pas "
        "refaite.",
    ),
    "token_missing": Said(
        401,
        "Il faut un jeton",
        "Envoyez l’en-tête « Authorization: Bearer … » avec un jeton que la mairie a donné.",
    ),
    "token_unknown": Said(
        401,
        "Ce jeton n’est pas connu ici",
        "Vérifiez qu’il est copié en entier, et que l’adresse est celle de la commune qui l’a donné.",
    ),
    "token_expired": Said(401, "Ce jeton a expiré", ASK),
    "token_revoked": Said(401, "Ce jeton a été révoqué", ASK),
    "scope_missing": Said(
        403,
        "Ce jeton ne permet pas cela",
        "Demandez à la mairie un jeton qui porte la portée nommée dans l’en-tête WWW-Authenticate.",
    ),
    "not_found": Said(
        404,
        "Rien à cette adresse",
        f"Vérifiez l’adresse et les numéros. Les routes ouvertes ici sont décrites sur {PAGE}.",
    ),
    "method_not_allowed": Said(
        405,
        "Cette adresse ne se demande pas ainsi",
        "Utilisez une des méthodes que nomme l’en-tête Allow.",
    ),
    "refused": Said(
        409,
        "Ce n’est pas possible maintenant",
        "La situation a changé. Relisez ce qui est, puis recommencez.",
    ),
    "too_large": Said(
        413,
        "Le corps est trop long",
        "Il est limité à 200 000 octets, sauf où la route en dit plus : envoyez-le en plusieurs fois.",
    ),
    "not_json": Said(
        415, "Le corps doit être en JSON", "Envoyez l’en-tête « Content-Type: application/json »."
    ),
    "invalid": Said(
        422,
        "Des valeurs ne peuvent pas être lues",
        "Corrigez ce que liste « errors », puis renvoyez la demande.",
    ),
    "idempotency_key_reused": Said(
        422,
        "Cette clé a servi à une autre demande",
        "Rien n’a changé. Donnez une nouvelle Idempotency-Key à cette demande.",
    ),
    "too_many_requests": Said(
        429,
        "Trop de demandes",
        "Attendez le nombre de secondes que dit l’en-tête Retry-After, puis reprenez.",
    ),
    "fault": Said(
        500,
        "Nous avons un problème",
        "Rien n’a été enregistré. Recommencez dans quelques minutes avec la même Idempotency-Key ; "
        "si cela continue, donnez-nous la référence.",
    ),
    "unavailable": Said(
        503,
        "Le portail est indisponible un instant",
        "Recommencez dans une minute, avec la même Idempotency-Key.",
    ),
}
"""Every kind of problem the core knows, in the order of their status; the page lists them."""
OF_STATUS = {404: "not_found", 405: "method_not_allowed", 413: "too_large", 415: "not_json"}
WAIT = {"retry-after": "60"}


def problem(
    code: str,
    number: str,
    *,
    title: str = "",
    detail: str = "",
    errors: tuple[Wrong, ...] = (),
    **headers: str,
) -> Response[bytes]:
    """Return the answer for one kind of problem; a code of a plugin's own is a refusal."""
    text = written(code, number, title=title, detail=detail, errors=errors)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    status = SAID.get(code, SAID["refused"]).status
    return Response(text, status_code=status, media_type=MEDIA_TYPE, headers=named)


def written(
    code: str,
    number: str,
    *,
    title: str = "",
    detail: str = "",
    errors: tuple[Wrong, ...] = (),
    status: int = 0,
) -> bytes:
    """Return a problem as it is sent."""
    known = SAID.get(code, SAID["refused"])
    return msgspec.json.encode(
        Problem(
            _type(code),
            title or known.title,
            status or known.status,
            detail or known.detail,
            code,
            number,
            list(errors),
        )
    )


def _type(code: str) -> str:
    """Return where a kind of problem is explained; nowhere, when no commune answers."""
    try:
        return tenants.current().url(f"{PAGE}#{code if code in SAID else 'refused'}")
    except NoTenant:
        return "about:blank"


async def early(send: Any, status: int, number: str) -> None:
    """Answer before any route is asked."""
    code = "unavailable" if status >= 500 else "not_found"
    headers = [(b"content-type", MEDIA_TYPE.encode()), (b"cache-control", b"no-store")]
    if status >= 500:
        headers += [(name.encode(), value.encode()) for name, value in WAIT.items()]
    start = {"type": "http.response.start", "status": status, "headers": [*headers, *ALWAYS]}
    await send(start)
    text = written(code, number, status=status)
    await send({"type": "http.response.body", "body": text})


Asked = Request[Any, Any, Any]


def token_needed(request: Asked, error: SignInFirst) -> Response[bytes]:
    """No token, or one that opens nothing here."""
    code = error.reason if isinstance(error, TokenNeeded) else "token_missing"
    said = 'Bearer realm="api"' + ("" if code == "token_missing" else ', error="invalid_token"')
    return problem(code, visit(request).number, www_authenticate=said)


def scope_needed(request: Asked, error: NotForYou) -> Response[bytes]:
    """A token, but not for this."""
    scope = error.scope if isinstance(error, ScopeNeeded) else ""
    said = f'Bearer realm="api", error="insufficient_scope", scope="{scope}"'
    return problem("scope_missing", visit(request).number, www_authenticate=said)


def not_yours(request: Asked, error: NotYours) -> Response[bytes]:
    """What another commune holds and what never was look the same."""
    return problem("not_found", visit(request).number)


def http(request: Asked, error: HTTPException) -> Response[bytes]:
    """What Litestar refused: unknown address, wrong method, too large…"""
    if error.status_code >= 500:
        return fault(request, error)
    code = OF_STATUS.get(error.status_code, "invalid")
    answer = problem(code, visit(request).number)
    if allowed := (error.headers or {}).get("allow", ""):
        answer.headers["allow"] = allowed
    return answer


def invalid(request: Asked, error: Invalid) -> Response[bytes]:
    """Values that cannot be read, all at once."""
    return problem("invalid", visit(request).number, errors=error.errors)


def too_large(request: Asked, error: TooLarge) -> Response[bytes]:
    """A body longer than its route takes, which says how much that is."""
    most = f"{error.most:,}".replace(",", " ")
    return problem("too_large", visit(request).number, detail=TOO_LARGE.format(most))


def named(code: str) -> Any:
    """Return what answers an exception that has one code."""

    def answer(request: Asked, error: Exception) -> Response[bytes]:
        return problem(code, visit(request).number)

    return answer


def refused(request: Asked, error: Refused) -> Response[bytes]:
    """A rule refuses; its own words come with it, or those its page would show."""
    from ribambelle.web.failures import REFUSALS

    seen = visit(request)
    if error.reason == "too_many_tries":
        wait = error.facts["again_at"] - seen.tenant.now()
        return problem(
            "too_many_requests", seen.number, retry_after=str(max(1, int(wait.total_seconds())))
        )
    title, sentences = REFUSALS.get(error.reason, ("", ()))
    detail = str(error.facts.get("words") or " ".join(sentences))
    return problem(error.reason, seen.number, title=title, detail=detail)


def unavailable(request: Asked, error: Unavailable) -> Response[bytes]:
    """The commune's database cannot answer."""
    traces.failed(error)
    away.note(error)
    return problem("unavailable", visit(request).number, retry_after=WAIT["retry-after"])


def fault(request: Asked, error: Exception) -> Response[bytes]:
    """A fault of ours: nothing of it is shown, all of it is logged under the reference."""
    traces.failed(error)
    log.error("fault", exc_info=error, **blame(request, error))
    return problem("fault", visit(request).number)


HANDLERS: ExceptionHandlersMap = {
    HTTPException: http,
    NotYours: not_yours,
    NotForYou: scope_needed,
    SignInFirst: token_needed,
    Invalid: invalid,
    Unreadable: named("unreadable"),
    NotJson: named("not_json"),
    TooLarge: too_large,
    KeyNeeded: named("idempotency_key_missing"),
    KeyReused: named("idempotency_key_reused"),
    Refused: refused,
    Unavailable: unavailable,
    Exception: fault,
}
