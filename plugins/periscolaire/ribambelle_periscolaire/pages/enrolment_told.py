"""An enrolment in words: for the family before it sends, for the town hall when it decides."""

from ribambelle import tenants
from ribambelle.identity import Person, responsibilities, schools
from ribambelle.web.formats import jour_du_mois
from ribambelle.workflow.followed import Followed
from ribambelle_periscolaire.domain.calendar import school_year
from ribambelle_periscolaire.domain.enrolments import year_words
from ribambelle_periscolaire.domain.sheet import ChildSheet
from ribambelle_periscolaire.enrolling import Dossier
from ribambelle_periscolaire.queries import catalogue, enrolments, sheets

Rows = list[tuple[str, str]]
YES, NO, UNSAID = "Oui", "Non", "Pas encore dit"


async def told_of(dossier: Dossier) -> dict[str, Rows]:
    """Return what was answered, by step."""
    row = dossier.one.row
    known = (await catalogue.current()).by_id
    named = {one.id: one.name for one in await schools.every()}
    school = named.get(int(row.school), "") if row.school else "Une école d’une autre commune"
    activities = [known[each].name for each in known if each in dossier.one.activities]
    return {
        "ecole": [("École", school), ("Classe", row.class_name or UNSAID)],
        "activites": [("Inscrit à", ", ".join(activities) or UNSAID)],
        "sante": health_rows(dossier.sheet.sheet),
        "contacts": await _contacts(dossier),
        "autorisations": [
            (
                one.words,
                f"{YES if one.is_given else NO}, le {jour_du_mois(one.given_at.date(), True)}",
            )
            for one in dossier.consents.values()
        ],
        "reglement": _rules(dossier),
    }


async def beside(demande: int, kind: str) -> Rows:
    """Return whose a paper is, and what it should prove."""
    one = await enrolments.of_demande(demande)
    if one is None:
        return []
    born = one.child.born_on
    rows = [("Enfant", one.whole_name), ("Né le", jour_du_mois(born, True) if born else UNSAID)]
    rows.append(("Année scolaire", year_words(int(one.row.year))))
    if kind == "pai":
        told = (await sheets.of_child(int(one.child.id))).sheet
        rows += [row for row in health_rows(told) if row[0] != "Repas"]
    return rows


async def followed(person: Person) -> list[Followed]:
    """Return the enrolments a family sent, for it to say which it writes about."""
    day = tenants.current().now().date()
    children = [int(child.id) for child in await enrolments.children_of(person, day)]
    year = school_year(day)
    return [
        Followed(
            int(one.demande.id),
            f"Inscription de {one.name}, {year_words(int(one.row.year))}",
            f"/periscolaire/inscription/{one.id}",
            f"/bureau/periscolaire/inscriptions/{one.id}",
        )
        for one in await enrolments.of_children(children, (year, year + 1))
        if one.state != "draft"
    ]


def health_rows(sheet: ChildSheet) -> Rows:
    """Return the health and the meals of a child, in words."""
    health = sheet.health
    rows = [("Repas", health.diet or "Aucun régime particulier")]
    told = ". ".join(filter(None, (health.named, health.allergies)))
    rows.append(("Allergies", told or _said(health.has_allergy)))
    pai = _said(health.has_pai)
    if health.has_pai and health.pai_until:
        pai += f", jusqu’au {jour_du_mois(health.pai_until, True)}"
    rows.append(("PAI", pai))
    if health.pai_note:
        rows.append(("Ce que prévoit le PAI", health.pai_note))
    if health.doctor or health.doctor_phone:
        rows.append(("Médecin", " ".join(filter(None, (health.doctor, health.doctor_phone)))))
    return rows


def _said(answer: bool | None) -> str:
    return UNSAID if answer is None else YES if answer else NO


async def _contacts(dossier: Dossier) -> Rows:
    day = dossier.one.demande.changed_at.date()
    held = await responsibilities.of_children([int(dossier.one.child.id)], day)
    may = [one.name for one in held if one.rights.allows("collect", day)]
    contacts = dossier.sheet.sheet.contacts
    may += [one.name for one in contacts if one.may_collect]
    rows = [("Peuvent venir le chercher", ", ".join(may) or "Personne")]
    return rows + [("À prévenir", one.told) for one in contacts]


def _rules(dossier: Dossier) -> Rows:
    row = dossier.one.row
    if dossier.rules is None or row.accepted_at is None:
        return [("Règlement", UNSAID)]
    if row.rules != dossier.rules.id:
        return [("Règlement", "Une version plus ancienne a été acceptée")]
    day = jour_du_mois(row.accepted_at.date(), True)
    return [("Règlement", f"Version {dossier.rules.version}, acceptée le {day}")]
