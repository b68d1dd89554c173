"""Coming back from FranceConnect or ProConnect: who it is, and which account that opens."""

from datetime import datetime
from typing import Any

import structlog
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from ribambelle.database import transaction
from ribambelle.errors import NotYours, Refused
from ribambelle.identity import (
    accounts,
    departures,
    errands,
    limits,
    links,
    newcomers,
    state_identities,
)
from ribambelle.identity.departures import Departure
from ribambelle.identity.newcomers import Newcomer
from ribambelle.identity.pivot import mandated, pivot
from ribambelle.identity.sessions import AWAITING, MANDATE, OPENID
from ribambelle.identity.state_identities import Who
from ribambelle.identity.tables import Account
from ribambelle.openid import Answered, Provider, Rejected, Unreachable, redeem
from ribambelle.tenants import Tenant
from ribambelle.web import guards, leaving, state_known
from ribambelle.web.leaving import FAREWELL, RefusedPage
from ribambelle.web.page import Page
from ribambelle.web.sign_in import QUARTER, come_from
from ribambelle.web.visit import Visit
from ribambelle.workflow import journal

log = structlog.get_logger(__name__)
LINKING, INVITED = "link", "invitation"
REFUSALS: dict[str, tuple[str, tuple[str, ...]]] = {
    "strange_return": leaving.EXPIRED,
    "rejected": (
        "Cette connexion n’a pas pu être vérifiée",
        (
            "Par sécurité, personne n’est connecté et rien n’a changé.",
            "Recommencez. Si cela continue, connectez-vous autrement et prévenez-nous.",
        ),
    ),
    "account_closed": (
        "Ce compte est fermé",
        ("Appelez-nous : nous verrons ensemble comment le rouvrir.",),
    ),
    "person_has_account": (
        "Vous avez déjà un autre compte",
        (
            "Cette identité ouvre déjà un autre compte de ce portail.",
            "Déconnectez-vous, puis reconnectez-vous avec elle pour le retrouver.",
        ),
    ),
    "account_is_another": (
        "Ce compte est déjà lié à quelqu’un",
        (
            "Une autre identité ouvre déjà ce compte.",
            "Retirez-la d’abord depuis « Mon compte », puis recommencez.",
        ),
    ),
    "mandate_unknown": (
        "Cette personne n’a pas encore de compte ici",
        (
            "Un mandat ne permet pas d’en ouvrir un à sa place.",
            "Elle peut l’ouvrir elle-même, ou venir au guichet avec vous.",
        ),
    ),
    "mandate_short": (
        "Ce mandat ne couvre pas ces démarches",
        (
            "Ce portail demande un mandat pour les démarches de la famille.",
            "Complétez le mandat dans Aidants Connect, puis recommencez.",
        ),
    ),
    "other_employer": (
        "Vous n’êtes pas agent de cette collectivité",
        (
            "ProConnect nomme une autre administration que celles qui servent ce portail.",
            "Si vous travaillez ici, demandez une invitation à la personne qui l’administre.",
        ),
    ),
    "staff_unknown": (
        "Ce compte ProConnect n’est lié à aucun accès",
        (
            "Ouvrez votre invitation et choisissez « S’identifier avec ProConnect ».",
            "Vous avez déjà un accès ? Connectez-vous, puis liez ProConnect depuis « Mon compte ».",
        ),
    ),
    "second_factor_needed": (
        "Il manque un second facteur",
        (
            "ProConnect n’a demandé que votre mot de passe, et les dossiers demandent davantage.",
            "Ouvrez votre invitation et choisissez un mot de passe et un code sur votre téléphone.",
        ),
    ),
    "link_dead": (
        "Cette invitation ne marche plus",
        ("Demandez-en une nouvelle à la personne qui administre le portail.",),
    ),
}


def _refused(one: Provider, reason: str) -> Page:
    log.info("openid_refused", provider=one.code, why=reason)
    title, sentences = REFUSALS[reason]
    return Page(
        "sign_in/identity_refused.html",
        RefusedPage(one.name, title, sentences, one.code),
        status=409,
    )


@get("/identite/{provider:str}", name="identity.leave", guards=[guards.public])
async def leave(
    provider: FromPath[str],
    request: Request[Any, Any, Any],
    tenant: NamedDependency[Tenant],
    seen: NamedDependency[Visit],
    now: NamedDependency[datetime],
    suite: FromQuery[str] = "",
) -> Response[Any]:
    """Send to FranceConnect or ProConnect, with two secrets this browser must come back with."""
    one = leaving.known(tenant, provider)
    await limits.require(f"identity-from:{come_from(request)}", now, at_most=60, per=QUARTER)
    follow = links.local_path(suite, "")
    try:
        left = await departures.begin(seen.session, one.code, now, follow=follow)
        return Redirect(await leaving.way(one, left), status_code=303)
    except (Unreachable, Rejected) as error:
        return leaving.silent(one, error)


@get("/identite/{provider:str}/retour", name="identity.back", guards=[guards.public])
async def back(
    provider: FromPath[str],
    request: Request[Any, Any, Any],
    tenant: NamedDependency[Tenant],
    seen: NamedDependency[Visit],
    now: NamedDependency[datetime],
    code: FromQuery[str] = "",
    error: FromQuery[str] = "",
) -> Response[Any]:
    """Check who comes back, then open their account, link it, or ask what they are to us."""
    one = leaving.known(tenant, provider)
    try:
        left = await departures.back(seen.session, one.code, _state(request), now)
        if error or not code:
            seen.tell("info", f"Vous n’avez pas terminé avec {one.name} : rien n’a changé.")
            home = "/compte/connexion" if left.why == LINKING else "/connexion"
            asked = state_known.kind_asked(left.why)
            return Redirect(state_known.PAGE if asked else home, status_code=303)
        answered = await redeem(one, code, left.nonce, now)
        if one.for_families:
            return await _family(seen, one, left, answered, now)
        return await _staff(seen, one, left, answered, now)
    except Rejected as rejection:
        log.warning("openid_rejected", provider=one.code, why=rejection.why)
        await journal.record("account.sign_in_failed", "account:0", why=rejection.why)
        return _refused(one, "rejected")
    except Unreachable as silence:
        return leaving.silent(one, silence)
    except Refused as refusal:
        if refusal.reason not in REFUSALS:
            raise
        return _refused(one, refusal.reason)


def _state(request: Request[Any, Any, Any]) -> str:
    # Litestar keeps the name for itself: a parameter called so never holds what was asked
    return request.query_params.get("state", "")


async def _family(
    seen: Visit, one: Provider, left: Departure, answered: Answered, now: datetime
) -> Response[Any]:
    who = state_identities.who(one, answered.identity["sub"])
    scopes = mandated(answered.told)
    if left.why == LINKING:
        if scopes is not None:
            raise Refused("rejected")
        return await _link(seen, one, left, who, now)
    account = await state_identities.account_of(who, now)
    if kind := state_known.kind_asked(left.why):
        if scopes is not None or seen.person is None or seen.person.account != left.account:
            raise Refused("strange_return")
        return await state_known.back(seen, account, kind, answered.access, now)
    if scopes is not None:
        return await _mandate(seen, one, account, scopes, answered, now)
    if account is None:
        until = (now + newcomers.LIFE).isoformat()
        newcomer = Newcomer(who, pivot(answered.told), answered.token, until, left.follow)
        newcomers.keep(seen.session, newcomer)
        return Redirect("/identite/premiere-fois", status_code=303)
    await _enter(seen, one, account, answered, now)
    return Redirect(links.local_path(left.follow), status_code=303)


async def _enter(
    seen: Visit,
    one: Provider,
    account: Account,
    answered: Answered,
    now: datetime,
    *,
    strong: bool = False,
    in_person: bool = True,
) -> None:
    """Sign in the owner of an account, and remember how, to sign them out there too."""
    if account.disabled_at is not None or (account.kind == "family") != one.for_families:
        raise Refused("account_closed")
    async with transaction():
        await seen.session.sign_in(account, now, strong=strong, in_person=in_person)
        seen.session.set(OPENID, [one.code, answered.token])
        await journal.record(
            "account.signed_in",
            f"account:{account.id}",
            account=account.id,
            side="family" if one.for_families else "office",
            provider=one.code,
        )


async def _mandate(
    seen: Visit,
    one: Provider,
    account: Account | None,
    scopes: frozenset[str],
    answered: Answered,
    now: datetime,
) -> Response[Any]:
    """Let an aidant act for the person who gave a mandate, as the counter would: shown and told."""
    if account is None:
        raise Refused("mandate_unknown")
    if scopes.isdisjoint(seen.tenant.settings.franceconnect.mandates):
        raise Refused("mandate_short")
    async with transaction():
        await _enter(seen, one, account, answered, now, in_person=False)
        errand = await errands.begin_mandate(account, now)
    seen.session.set(MANDATE, errand.id)
    return Redirect("/", status_code=303)


async def _link(
    seen: Visit, one: Provider, left: Departure, who: Who, now: datetime
) -> Response[Any]:
    """Link whoever comes back to the account that left for it, if it is still the one signed in."""
    person = seen.person
    if person is None or person.account != left.account or person.behalf is not None:
        raise Refused("strange_return")
    if person.is_family != one.for_families:
        raise Refused("strange_return")
    await state_identities.link(await accounts.by_number(person.account), who, now)
    seen.tell("ok", f"Vous pouvez maintenant vous connecter avec {one.name}.")
    return Redirect("/compte/connexion", status_code=303)


async def _staff(
    seen: Visit, one: Provider, left: Departure, answered: Answered, now: datetime
) -> Response[Any]:
    if answered.told.get("siret") not in seen.tenant.settings.proconnect.sirets:
        raise Refused("other_employer")
    who = state_identities.who(one, answered.identity["sub"], str(answered.told.get("idp_id", "")))
    said = answered.identity.get("amr")
    is_sure = isinstance(said, list) and "mfa" in said
    if left.why == LINKING:
        return await _link(seen, one, left, who, now)
    async with transaction():
        account: Account | None
        if left.why == INVITED:
            account = await _invited(left.account, who, answered, is_sure=is_sure, now=now)
        else:
            account = await state_identities.account_of(who, now)
        if account is None:
            raise Refused("staff_unknown")
        if is_sure:
            await _enter(seen, one, account, answered, now, strong=True)
            return Redirect(links.local_path(left.follow, "/bureau"), status_code=303)
    if not account.totp or account.disabled_at is not None or account.kind != "staff":
        raise Refused("second_factor_needed")
    seen.session.set(AWAITING, [account.id, left.follow, [one.code, answered.token]])
    return Redirect("/connexion/code", status_code=303)


async def _invited(
    number: int, who: Who, answered: Answered, *, is_sure: bool, now: datetime
) -> Account:
    """Open the access somebody was invited to; ProConnect's own second factor stands for ours."""
    if not is_sure:
        raise Refused("second_factor_needed")
    token = await links.use_number("invitation", number, now)
    account = await accounts.by_email(token.email)
    if account is None or account.kind != "staff" or account.disabled_at is not None:
        raise Refused("link_dead")
    if account.password and account.totp:
        raise NotYours  # whoever can sign in already is never given away by a link
    account.name = account.name or pivot(answered.told).name
    await Account.update({Account.name: account.name, Account.proved_at: now}).where(
        Account.id == account.id
    )
    await state_identities.link(account, who, now)
    await journal.record(
        "account.activated", f"account:{account.id}", account=account.id, side="office"
    )
    return account


@post("/invitation/{secret:str}/proconnect", name="invitation.identity", guards=[guards.public])
async def invited(
    secret: FromPath[str],
    tenant: NamedDependency[Tenant],
    seen: NamedDependency[Visit],
    now: NamedDependency[datetime],
) -> Response[Any]:
    """Accept an invitation with ProConnect."""
    one = leaving.known(tenant, "proconnect")
    try:
        token = await links.find("invitation", secret, now)
    except Refused:
        return _refused(one, "link_dead")
    if not token.email:
        raise NotYours
    return await leaving.sent(seen, one, now, INVITED, token.id)


@get("/deconnexion/retour", name="sign_out.back", guards=[guards.public])
async def signed_out(
    request: Request[Any, Any, Any], seen: NamedDependency[Visit], now: NamedDependency[datetime]
) -> Redirect:
    """Come back from the provider, signed out of both."""
    try:
        await departures.back(seen.session, FAREWELL, _state(request), now)
    except Refused:
        return Redirect("/", status_code=303)
    seen.tell("ok", "Vous êtes déconnecté.")
    return Redirect("/", status_code=303)


ROUTES = [leave, back, invited, signed_out]
