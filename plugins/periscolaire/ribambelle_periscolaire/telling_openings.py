"""Writing to a family what its wishes became, each refusal explained."""

from ribambelle.identity import responsibilities
from ribambelle.identity.tables import Child
from ribambelle.messages import post
from ribambelle.tenants import Tenant
from ribambelle_periscolaire.domain.catalogue import Catalogue
from ribambelle_periscolaire.domain.openings import spans
from ribambelle_periscolaire.explaining import refused, wish_told
from ribambelle_periscolaire.queries import catalogue
from ribambelle_periscolaire.queries.wishes import Asked, Wished
from ribambelle_periscolaire.tables import Opening

FIRST = "C’est votre premier vœu."
NOTHING = (
    "ces jours ne se réservent pas pour vos enfants. Ils sont fermés, passés, ou déjà réservés."
)


async def tell_answer(tenant: Tenant, row: Opening, asked: Asked) -> None:
    """Write to the adults of a home who may book for these children; in the transaction that books."""
    known = await catalogue.current()
    names = await names_of(asked)
    given = asked.given
    code = "wishes_given" if given else "wishes_refused"
    seen = set[int]()
    for held in await responsibilities.of_children(list(asked.children), tenant.now().date()):
        is_home = held.household == asked.row.household
        if not (is_home and held.rights.may_book and held.account) or held.account in seen:
            continue
        seen.add(held.account)
        await post(
            f"periscolaire/messages/{code}",
            held.email,
            account=held.account,
            name=held.name.split(" ")[0],
            what=row.name,
            children=names,
            given=told(known, row, given) if given else "",
            rank=asked.row.rank,
            lines=reasons(known, row, asked) or [FIRST],
            link=tenant.url(f"/periscolaire/ouvertures/{row.id}"),
        )


async def names_of(asked: Asked) -> str:
    """Return the children of a request, by name."""
    rows = await Child.select(Child.given_name).where(Child.id.is_in(list(asked.children) or [0]))
    names = sorted(row["given_name"] for row in rows)
    return " et ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def told(known: Catalogue, row: Opening, wish: Wished) -> str:
    """Say a wish in words."""
    unit = known.units[wish.unit].name if wish.unit in known.units else "Accueil"
    mine = [one for one in spans(row.first, row.last, row.span) if one.code in wish.spans]
    return wish_told(unit, mine)


def reasons(known: Catalogue, row: Opening, asked: Asked) -> list[str]:
    """Return, for each wish that was not given before the one that was, why."""
    found = []
    refusals = {one.wish: one for one in asked.refusals}
    for wish in asked.wishes:
        if asked.given and wish.rank >= asked.given.rank:
            break
        one, why = refusals.get(wish.rank), NOTHING
        if one:
            why = refused(
                *(one.day, one.group, one.places, one.left, one.asked),
                *(one.last_rank, one.full_days),
            )
        found.append(f"Vœu {wish.rank} ({told(known, row, wish)}) : {why}")
    return found
