"""Which papers may be given, and how long each is worth something in a commune."""

from datetime import date
from pathlib import Path

import pytest

from ribambelle import hookimpl
from ribambelle.documents.types import DocumentType, adjusted
from ribambelle.errors import Misconfigured
from ribambelle.plugins import Plugins
from ribambelle.privacy import PersonalData
from ribambelle.tenants import Platform


class Canteen:
    @hookimpl
    def document_types(self) -> list[DocumentType]:
        return [DocumentType("address", "Une facture"), DocumentType("pai", "PAI", until="08-31")]


def test_one_paper_serves_two_plugins_under_the_first_name(installed: Plugins) -> None:
    declared = [*Canteen().document_types(), DocumentType("address", "Domicile", months=3)]

    found = adjusted(declared, {}, {})

    assert [one.label for one in found.values()] == ["Une facture", "PAI"]


def test_the_commune_has_the_last_word() -> None:
    declared = [DocumentType("address", "Domicile", months=3)]

    always = adjusted(declared, {"address": 0}, {})["address"]

    assert always.valid_until(date(2026, 11, 25)) is None


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ('until = { caf = "31/08" }', "documents.until.caf"),
        ('antivirus = "localhost"', "documents.antivirus"),
        ("max_megabytes = 200", "documents.max_megabytes"),
        ("months = { address = -1 }", "documents.months"),
    ],
)
def test_a_wrong_setting_is_named_with_its_cure(
    tmp_path: Path, installed: Plugins, written: str, key: str
) -> None:
    text = f'name = "A"\nhosts = ["a.localhost"]\n[documents]\n{written}\n'
    (tmp_path / "a.toml").write_text(text, "utf-8")

    with pytest.raises(Misconfigured, match=key) as caught:
        Platform(tmp_path, tmp_path / "data", plugins=installed).tenant("a")

    assert caught.value.cure


def test_every_column_that_speaks_of_a_person_is_ruled(installed: Plugins) -> None:
    from ribambelle.documents.tables import Document

    ruled = {
        column
        for _, answer in installed.each("personal_data")
        for one in answer
        if isinstance(one, PersonalData) and one.table is Document
        for column in one.columns
    }

    technical = {"id", "state", "is_held", "version", "key", "media_type", "pages", "size"}
    dates = {"given_at", "checked_at", "reminded_at"}
    assert {column._meta.name for column in Document._meta.columns} == ruled | technical | dates
