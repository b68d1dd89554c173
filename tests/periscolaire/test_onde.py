"""The lists of ONDE: read as they come, homonyms decided by somebody, written once or not at all."""

import re
from collections.abc import AsyncIterator
from datetime import date

import httpx
import pytest
from tests.periscolaire.builders import a_child, a_family, enrol, settle

from ribambelle.identity.tables import Adult, Child, Household, Responsibility, School
from ribambelle.testing.communes import Communes, Town
from ribambelle_periscolaire import tables
from ribambelle_periscolaire.queries import catalogue

DESK = "/bureau/periscolaire/onde"
HEAD = (
    "Nom élève;Nom d'usage élève;Prénom élève; Date naissance;Sexe;INE;Adresse1;Cp1;Commune1;"
    "Niveau;Libellé classe;École"
)
PARENTS = (
    "Civilité Responsable;Nom usage responsable;Nom responsable;Prénom responsable;"
    "Adresse responsable;CP responsable;Commune responsable;Pays;Courriel;Téléphone domicile;"
    "Téléphone portable;Nom d'usage enfant;Nom de famille enfant;Prénom enfant;Classes enfants;"
    "Nom d'usage enfant;Nom de famille enfant;Prénom enfant;Classes enfants"
)


def a_line(
    name: str, given: str, born: str, class_name: str = "CE1", line: str = "2 rue des Lilas"
) -> str:
    return f"{name};;{given};{born};F;123456789AB;{line};97400;Alpha;CE1;{class_name};Jean-Jaurès"


def a_parent(
    name: str,
    given: str,
    *children: tuple[str, str],
    email: str = "",
    line: str = "2 rue des Lilas",
) -> str:
    groups = ";".join(f";{family};{first};CE1" for family, first in children)
    return f"Mme;;{name};{given};{line};97400;Alpha;France;{email};;0699000001;{groups}"


def a_list(*lines: str, head: str = HEAD, encoding: str = "cp1252") -> bytes:
    return ("\r\n".join([head, *lines]) + "\r\n").encode(encoding)


@pytest.fixture
async def town(communes: Communes) -> AsyncIterator[Town]:
    """The commune `alpha`, its rules written."""
    settle(communes.alpha)
    yield communes.alpha


async def sent(agent: httpx.AsyncClient, content: bytes, path: str = DESK) -> httpx.Response:
    return await agent.post(
        path, data={"annee": "2026", "ecole": ""}, files={"file": ("a.csv", content, "text/csv")}
    )


async def rows(table: type) -> int:
    return int(await table.count())


async def test_pupils_and_parents_come_in_once_with_their_school_and_class(town: Town) -> None:
    with town.here():
        anne = await a_family(name="Anne Payet")
        lea = await a_child(anne, name="Léa", class_name="CP")
        await Child.update({Child.family_name: "Payet", Child.folded: "lea payet"}).where(
            Child.id == lea
        )
        enrolment = await enrol(lea)
    agent = await town.staff()
    pupils = a_list(
        a_line("PAYET", "Léa", "03/05/2018"),
        a_line("PAYET", "Noé", "01/02/2020", "GS"),
        a_line("Grondin", "Zoé", "14/03/2019", "CP", "9 rue du Port"),
        a_line("Sans", "Parent", "14/03/2019"),
        a_line("Fautif", "Luc", "31/02/2019"),
    )
    adults = a_list(
        a_parent("Payet", "Anne", ("PAYET", "Léa"), ("PAYET", "Noé")),
        a_parent(
            "Grondin", "Rose", ("Grondin", "Zoé"), email="rose@example.test", line="9 rue du Port"
        ),
        head=PARENTS,
    )

    first = await sent(agent, pupils)
    base = first.headers["location"]
    alone = await agent.get(base)
    added = await sent(agent, adults, f"{base}/responsables")
    look = await agent.get(base)
    with town.here():
        before = await rows(Child)
    done = await agent.post(f"{base}/importer")
    twice = await agent.post(f"{base}/importer")
    shown = await agent.get(base)
    errors = (await agent.get(f"{base}/erreurs")).content.decode("utf-8-sig")

    assert "ajoutez la liste des responsables" in alone.text
    assert added.status_code == 303
    assert "Nouveau" in look.text
    assert before == 1
    assert (done.status_code, twice.status_code) == (303, 303)
    assert "Liste importée" in shown.text
    assert errors.splitlines()[0].endswith(";Erreur")
    assert "31/02/2019" in errors
    assert "aucun responsable sûr" in errors
    with town.here():
        children = {one.given_name: one for one in await Child.objects(Child.school)}
        assert set(children) == {"Léa", "Noé", "Zoé"}
        assert {one.school.name for one in children.values()} == {"Jean-Jaurès"}
        assert {one.class_name for one in children.values()} == {"CE1", "GS", "CP"}
        # the brother joins the home his sister is known by: nobody is made twice
        assert children["Noé"].household == anne.household
        assert await Household.count() == 2
        assert await Adult.count() == 2
        assert await Responsibility.count() == 3
        row = await tables.Enrolment.objects().get(tables.Enrolment.id == enrolment)
        assert (row.class_name, row.is_placed) == ("CE1", True)
        assert await School.count() == 1

    with town.here():
        await tables.Enrolment.update(
            {tables.Enrolment.class_name: "CM1", tables.Enrolment.is_placed: False}
        ).where(tables.Enrolment.id == enrolment)
    more = a_list(a_line("PAYET", "Léa", "03/05/2018"), a_line("PAYET", "Noé", "01/02/2020", "CP"))
    third = (await sent(agent, more)).headers["location"]
    await agent.post(f"{third}/importer")
    with town.here():
        # the list knows better than what the family typed, even where the register agrees
        row = await tables.Enrolment.objects().get(tables.Enrolment.id == enrolment)
        assert (row.class_name, row.is_placed) == ("CE1", True)
        await Child.update({Child.class_name: "GS"}).where(Child.given_name == "Noé")

    again = await sent(agent, pupils)
    await sent(agent, adults, f"{again.headers['location']}/responsables")
    nothing = await agent.get(again.headers["location"])
    assert "Il n’y a rien à importer" in nothing.text


async def test_the_line_of_a_pupil_is_the_file_s(town: Town) -> None:
    agent = await town.staff()
    fault = a_line("Fautif", "Luc", "31/02/2019")

    base = (await sent(agent, a_list("", a_line("Payet", "Léa", "03/05/2018"), "", fault))).headers
    look = await agent.get(base["location"])
    errors = (await agent.get(f"{base['location']}/erreurs")).content.decode("utf-8-sig")

    assert sorted(re.findall(r'data-l="Ligne">(\d+)<', look.text)) == ["3", "5"]
    assert "31/02/2019" in errors


async def test_homonyms_are_decided_by_somebody_and_never_guessed(town: Town) -> None:
    with town.here():
        anne = await a_family(name="Anne Payet")
        born = {"Léa": date(2018, 5, 3), "Tom": date(2017, 1, 1), "Max": date(2016, 1, 1)}
        known = {
            name: await a_child(anne, name=name, born_on=day, class_name="CP")
            for name, day in born.items()
        }
        for name, number in known.items():
            folded = "lea payet" if name == "Léa" else f"{name.lower()} payet"
            await Child.update({Child.family_name: "Payet", Child.folded: folded}).where(
                Child.id == number
            )
    agent = await town.staff()
    pupils = a_list(
        a_line("Payet", "Léa", "03/05/2019"),
        a_line("Payet", "Tom", "02/01/2017", line="1 rue Neuve"),
        a_line("Payet", "Max", "02/01/2016"),
        encoding="utf-8",
    )
    adults = a_list(
        a_parent("Autre", "Luc", ("Payet", "Tom"), email="luc@example.test", line="1 rue Neuve"),
        head=PARENTS,
    )
    base = (await sent(agent, pupils)).headers["location"]
    await sent(agent, adults, f"{base}/responsables")

    look = await agent.get(base)
    early = await agent.post(f"{base}/importer")
    with town.here():
        untouched = [one.class_name for one in await Child.objects()]
    half = await agent.post(
        f"{base}/homonymes", data={"ligne_2": f"child:{known['Léa']}", "ligne_3": "child:999"}
    )
    decided = await agent.post(
        f"{base}/homonymes",
        data={"ligne_2": f"child:{known['Léa']}", "ligne_3": "new", "ligne_4": "skip"},
    )
    done = await agent.post(f"{base}/importer")

    assert "C’est Léa Payet, 3 mai 2018" in look.text.replace("\u00a0", " ")
    assert early.status_code == 422
    assert "Décidez d’abord des homonymes" in early.text
    assert untouched == ["CP"] * 3
    assert (half.status_code, decided.status_code, done.status_code) == (303, 303, 303)
    with town.here():
        children = await Child.objects().order_by(Child.id)
        told = {(one.given_name, one.born_on): one.class_name for one in children}
    assert told == {
        ("Léa", born["Léa"]): "CE1",
        ("Tom", born["Tom"]): "CP",
        ("Max", born["Max"]): "CP",
        ("Tom", date(2017, 1, 2)): "CE1",
    }
    assert (await agent.post(f"{base}/homonymes", data={})).status_code == 404


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "Choisissez un fichier."),
        (a_list("x;y", head="Nom;Ville"), "il manque le prénom, la date de naissance"),
        (a_list(a_parent("A", "B"), head=PARENTS), "C’est la liste des responsables"),
        (b"Nom;Pr\0nom\n", "ne s’ouvre pas"),
        (a_list(), "aucune ligne"),
        (b'Nom;"Pr', "ne s’ouvre pas"),
    ],
)
async def test_a_malformed_file_is_told_in_words_and_nothing_is_kept(
    town: Town, content: bytes, told: str
) -> None:
    agent = await town.staff()

    answer = await sent(agent, content)

    assert answer.status_code == 422
    assert told in answer.text.replace("\u00a0", " ")
    with town.here():
        assert await tables.OndeList.count() == 0


async def test_a_fault_in_the_middle_leaves_nothing(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    agent = await town.staff()
    base = (await sent(agent, a_list(a_line("Grondin", "Zoé", "14/03/2019")))).headers["location"]
    adults = a_list(a_parent("Grondin", "Rose", ("Grondin", "Zoé")), head=PARENTS)
    wrong = await sent(agent, a_list(a_line("A", "B", "01/01/2019")), f"{base}/responsables")
    await sent(agent, adults, f"{base}/responsables")

    async def broken(*_: object) -> None:
        raise RuntimeError("cut")

    with monkeypatch.context() as patch:
        patch.setattr("ribambelle_periscolaire.onde._place", broken)
        fault = await agent.post(f"{base}/importer")

    assert fault.status_code == 500
    assert wrong.status_code == 422
    with town.here():
        assert (await rows(Child), await rows(Household)) == (0, 0)
        await catalogue.current()
    listed = await agent.get(DESK)
    assert "pas encore importée" in listed.text
