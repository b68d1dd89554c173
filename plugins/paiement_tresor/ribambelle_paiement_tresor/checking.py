"""What keeps a commune from being paid, and what the treasury says of its régies."""

from ribambelle.errors import Refused
from ribambelle.tenants import Tenant
from ribambelle.tenants.checking import Remark
from ribambelle_paiement_tresor import treasury
from ribambelle_paiement_tresor.domain.modes import address_refused
from ribambelle_paiement_tresor.payfip import PayfipError, PayfipFunctional
from ribambelle_paiement_tresor.pes import schemas
from ribambelle_paiement_tresor.queries import books, modes
from ribambelle_paiement_tresor.settings import Settings

ADDRESSES = {
    "not_the_treasury": "paiement.treasury : ce mode ne paie qu’au Trésor public. Videz cette clé.",
    "not_the_simulator": "paiement.treasury : le mode « demo » ne paie qu’à un simulateur, sur "
    "cette machine. Écrivez par exemple http://127.0.0.1:8010.",
    "not_a_demonstration": "paiement.mode : « demo » est pour une commune de démonstration, avec "
    "demo = true et des adresses en .localhost. Choisissez un autre mode.",
}


async def remarks(commune: Tenant) -> list[Remark]:
    """Return what is wrong in the payments of a commune, and what the treasury calls its régies."""
    settings, own = commune.of(Settings), commune.settings
    found = [
        Remark(
            f"Écriture déséquilibrée : {key}. Gardez cette base, comparez à une sauvegarde.", True
        )
        for key in await books.faults()
    ]
    found += titres(commune)
    if settings.mode == "off":
        return found
    why = address_refused(settings.mode, settings.treasury, demo=own.demo, hosts=own.hosts)
    if why:
        return [*found, Remark(ADDRESSES[why], True)]
    if settings.mode != "demo" and (await modes.taken())[-1:] != [settings.mode]:
        cure = f"ribambelle paiement mode {settings.mode} --tenant {commune.slug}"
        found.append(Remark(f"paiement.mode : cette étape n’est pas prise. Lancez : {cure}", True))
    return found + await regies(commune)


def titres(commune: Tenant) -> list[Remark]:
    """Return what keeps a commune from handing over what is not paid."""
    settings = commune.of(Settings).titres
    if not settings.is_on:
        return []
    if settings.missing:
        return [Remark(f"paiement.titres : il manque {', '.join(settings.missing)}.", True)]
    found = []
    if settings.signatory(commune.now().date()) is None:
        cure = "Ajoutez l’ordonnateur sous [[paiement.titres.signatories]]."
        found.append(Remark(f"Personne n’émet de titres aujourd’hui. {cure}", True))
    if settings.check:
        try:
            schemas.require(settings.schemas)
        except Refused as refusal:
            found.append(Remark(str(refusal.facts["why"]), True))
    return found


async def regies(commune: Tenant) -> list[Remark]:
    """Return what the treasury says of each régie that is paid on line."""
    settings, found = commune.of(Settings), []
    if settings.mode == "off":
        return []
    for one in settings.known:
        if not one.payfip:
            continue
        try:
            told = await treasury.reached(commune).client(one.payfip)
        except PayfipFunctional as error:
            why = f"le Trésor ne connaît pas ce numéro ({error.label})"
            cure = "Comparez « payfip » avec le numéro de client que la DGFiP vous a donné."
            found.append(Remark(f"{one.label}, {one.payfip} : {why}. {cure}", True))
        except PayfipError:
            why = f"le Trésor ne répond pas à {settings.treasury}"
            cure = "Vérifiez « paiement.treasury » et le réseau de la machine ; rien n’est perdu."
            is_problem = settings.mode != "demo"
            found.append(Remark(f"{one.label}, {one.payfip} : {why}. {cure}", is_problem))
        else:
            labels = " – ".join(filter(None, told.labels))
            found.append(Remark(f"{one.label}, {one.payfip}, au Trésor : {labels}."))
    return found
