"""Payments on home pages: what is due to a family's, what waits for somebody to the régie's."""

from ribambelle import tenants
from ribambelle.identity import Person
from ribambelle.web import formats
from ribambelle.web.home import ToDo
from ribambelle_paiement_tresor.domain.words import euros
from ribambelle_paiement_tresor.queries import mine, payments, periods, reports


async def to_pay(person: Person) -> list[ToDo]:
    """Return the invoices a family has to pay, the most urgent first."""
    if not person.is_family or not person.account:
        return []
    today = tenants.current().now().date()
    found = [one for one in await mine.of_account(person.account) if one.owed]
    return [
        ToDo(
            title=f"{one.titled} : {euros(one.owed)} à payer",
            detail=f"La date limite était le {formats.jour(one.due_on, True)}."
            if one.due_on < today
            else f"Avant le {formats.jour(one.due_on, True)}.",
            action="Payer",
            href=f"/paiement/factures/{one.id}",
            icon="euro",
            count=1,
            overdue=one.due_on < today,
        )
        for one in sorted(found, key=lambda one: one.due_on)
        if not one.standing_of.is_held
    ]


async def to_decide(person: Person) -> list[ToDo]:
    """Return the payments the régie must look at, and the periods whose trial waits."""
    if not person.holds("regisseur", "admin"):
        return []
    found = []
    if count := await payments.count_to_look_at():
        found.append(
            ToDo(
                title=formats.pluriel(count, "paiement à décider", "paiements à décider"),
                detail="Le Trésor annonce autre chose que prévu : rien n’est crédité sans vous.",
                action="Décider",
                href="/bureau/paiement",
                icon="alerte",
                count=count,
            )
        )
    if count := await reports.count_unknown():
        found.append(
            ToDo(
                title=formats.pluriel(count, "ligne inconnue", "lignes inconnues")
                + " au relevé du Trésor",
                detail="De l’argent est arrivé sans paiement d’ici : rien n’est crédité sans vous.",
                action="Rapprocher",
                href="/bureau/paiement/rapprochement",
                icon="alerte",
                count=count,
            )
        )
    for period in await periods.open_ones():
        if period.last < tenants.current().now().date() and period.state == "open":
            found.append(
                ToDo(
                    title=f"Factures à émettre : {periods.titled(period)}",
                    detail="La période est finie. Répondez à ce qui reste à voir, puis émettez.",
                    action="Ouvrir",
                    href=f"/bureau/paiement/facturation/{period.id}",
                    icon="feuille",
                    count=1,
                )
            )
    return found
