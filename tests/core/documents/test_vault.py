"""Papers lie sealed: another key, another commune, another row or a changed byte opens nothing."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.core.documents import papers
from tests.core.documents.builders import FAMILY, a_document, a_paper, again
from tests.core.documents.clamd import Clamd

from ribambelle.documents import keys, receiving, rotating, sealing, shelf, vault
from ribambelle.documents.sealing import Broken
from ribambelle.documents.tables import DataKey, Document
from ribambelle.errors import Misconfigured, Refused
from ribambelle.tenants import checking
from ribambelle.testing import Communes, Town
from ribambelle.testing.clock import FrozenClock

SECRET = b"Zyxowvut" * 200_000
"""Longer than one sealed part."""


def on_disk(town: Town) -> bytes:
    folder = town.tenant.folder
    return b"".join(file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file())


async def test_a_paper_is_given_back_as_it_was(communes: Communes) -> None:
    with communes.alpha.here():
        assert await vault.content(await a_document(SECRET)) == SECRET
        assert await vault.content(await a_document(b"")) == b""
        exact = await a_document(b"x" * sealing.PART)
        assert await vault.content(exact) == b"x" * sealing.PART


async def test_the_disk_shows_nothing_of_it(communes: Communes) -> None:
    with communes.alpha.here():
        document = await a_document(SECRET)

        assert b"Zyxowvut" not in on_disk(communes.alpha)
        assert shelf.at(document.file).stat().st_mode & 0o077 == 0


async def test_a_file_put_in_another_place_does_not_open(communes: Communes) -> None:
    with communes.alpha.here():
        one, other = await a_document(b"of one"), await a_document(b"of another")
        shutil.copyfile(shelf.at(one.file), shelf.at(other.file))

        with pytest.raises(Broken):
            await vault.content(other)

        await Document.update({Document.version: 2}).where(Document.id == one.id)
        with pytest.raises(Broken):
            await vault.content(await again(one.id))


async def test_twin_not_sealed_to_its_place_it_would_open(
    communes: Communes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vault, "place", lambda document, version: "anywhere")
    with communes.alpha.here():
        one, other = await a_document(b"of one"), await a_document(b"of another")
        shutil.copyfile(shelf.at(one.file), shelf.at(other.file))

        assert await vault.content(other) == b"of one"


@pytest.mark.asvs("8.4.1")
async def test_another_commune_opens_nothing_even_with_the_row(communes: Communes) -> None:
    """Rows, files and wrapped keys of alpha are all copied to beta: only its secret is not."""
    with communes.alpha.here():
        document = await a_document(SECRET)
        file, rows = shelf.at(document.file), await DataKey.select(DataKey.wrapped)
    with communes.beta.here() as tenant:
        await DataKey.insert(DataKey(wrapped=rows[0]["wrapped"], made_at=tenant.now()))
        shelf.at(document.file).parent.mkdir(parents=True)
        shutil.copyfile(file, shelf.at(document.file))

        with pytest.raises(Misconfigured, match="n’ouvre pas"):
            await vault.content(document)


@pytest.mark.parametrize("wrong", [b"", b"k" * 32])
async def test_another_secret_opens_nothing_and_says_so(communes: Communes, wrong: bytes) -> None:
    with communes.alpha.here() as tenant:
        document = await a_document(SECRET)
        (tenant.folder / "secret.key").write_bytes(wrong)
        vars(tenant).pop("key", None)

        with pytest.raises(Misconfigured, match=r"secret\.key"):
            await vault.content(document)
        assert "n’ouvre pas" in (await keys.problem() or "")


async def test_twin_with_its_secret_the_same_copy_opens(communes: Communes) -> None:
    with communes.alpha.here() as tenant:
        document = await a_document(SECRET)
        vars(tenant).pop("key", None)

        assert await vault.content(document) == SECRET
        assert await keys.problem() is None


@pytest.mark.asvs("13.3.1")
async def test_the_whole_disk_opens_nothing_when_a_secret_is_elsewhere(
    communes: Communes, monkeypatch: pytest.MonkeyPatch
) -> None:
    variable = "RIBAMBELLE_ALPHA__DOCUMENTS__SECRET"
    monkeypatch.setenv(variable, "kept by the machine, not by its disk")
    communes.app.platform.forget("alpha")
    with communes.alpha.here():
        document = await a_document(SECRET)
        assert await vault.content(document) == SECRET

    monkeypatch.delenv(variable)
    communes.app.platform.forget("alpha")
    with communes.alpha.here(), pytest.raises(Misconfigured):
        await vault.content(document)


@pytest.mark.asvs("11.3.3")
@pytest.mark.parametrize("change", ["cut", "bit", "head", "parts"])
async def test_a_changed_file_does_not_open(communes: Communes, change: str) -> None:
    with communes.alpha.here():
        document = await a_document(SECRET)
        file = shelf.at(document.file)
        sealed = bytearray(file.read_bytes())
        part = sealing.PART + sealing.TAG
        if change == "cut":
            del sealed[len(sealing.MAGIC) + sealing.SALT + part :]
        elif change == "bit":
            sealed[-1] ^= 1
        elif change == "head":
            sealed[0] ^= 1
        else:
            sealed[36 : 36 + part] = sealed[-part:]
        file.write_bytes(sealed)

        with pytest.raises(Broken):
            await vault.content(document)


async def test_nothing_is_kept_of_what_fails(
    communes: Communes, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*given: object, **told: object) -> None:
        raise RuntimeError("no journal")

    monkeypatch.setattr(vault, "note", fail)
    with communes.alpha.here():
        with pytest.raises(RuntimeError):
            await a_document()

        assert await Document.count() == 0


async def test_files_nobody_names_go_after_a_day(communes: Communes, clock: FrozenClock) -> None:
    with communes.alpha.here() as tenant:
        kept, gone = await a_document(), await a_document()
        await vault.remove(gone, FAMILY)

        await shelf.sweep(tenant.now())
        assert shelf.at(gone.file).is_file()

        clock.move(days=2)
        await shelf.sweep(tenant.now())
        assert not shelf.at(gone.file).exists()
        assert shelf.at(kept.file).is_file()


@pytest.mark.asvs("11.2.2")
async def test_a_new_key_opens_all_and_the_old_one_nothing(communes: Communes) -> None:
    with communes.alpha.here():
        documents = [await a_document(b"%d" % n) for n in range(3)]
        old, before = await keys.newest(), shelf.at(documents[0].file)

        for number in await rotating.begin():
            assert await rotating.seal_again(number)
        assert await rotating.finish() == 1

        assert [await vault.content(await again(one.id)) for one in documents] == [b"0", b"1", b"2"]
        assert await DataKey.count() == 1
        with pytest.raises(Broken):
            place = vault.place(documents[0].id, 1)
            sealing.opened(before, keys.opened(await keys.newest()), place)
        assert (await keys.newest()).id != old.id


async def test_a_rotation_that_was_cut_goes_on(communes: Communes) -> None:
    with communes.alpha.here():
        documents = [await a_document(b"%d" % n) for n in range(4)]
        waiting = await rotating.begin()
        await rotating.seal_again(waiting[0])

        assert await rotating.all_of_them() == 3
        left = await rotating.begin()
        assert left == waiting[1:]
        assert await DataKey.count() == 2
        for number in left:
            await rotating.seal_again(number)
        await rotating.finish()

        assert [await vault.content(await again(one.id)) for one in documents] == [
            b"0",
            b"1",
            b"2",
            b"3",
        ]


async def test_a_replaced_paper_is_another_version(communes: Communes) -> None:
    with communes.alpha.here():
        document = await a_document(b"first", state="refused", reason="floue")

        await vault.replace(document, a_paper(b"second"), FAMILY)

        now = await again(document.id)
        assert (now.version, now.state, now.reason) == (2, "to_check", "")
        assert await vault.content(now) == b"second"
        with pytest.raises(Refused, match="document_moved"):
            await vault.replace(document, a_paper(b"third"), FAMILY)


@pytest.fixture
async def clamd(communes: Communes, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Clamd]:
    server = Clamd()
    await server.open()
    monkeypatch.setenv("RIBAMBELLE_ALPHA__DOCUMENTS__ANTIVIRUS", server.address)
    communes.app.platform.forget("alpha")
    yield server
    await server.close()


def sent(tmp_path: Path, content: bytes) -> Path:
    file = tmp_path / "sent"
    file.write_bytes(content)
    return file


async def test_an_antivirus_that_is_away_is_said_by_the_check(
    communes: Communes, clamd: Clamd
) -> None:
    assert await checking.of_antivirus(communes.beta.tenant) == []
    assert await checking.of_antivirus(communes.alpha.tenant) == []

    await clamd.close()

    (told,) = await checking.of_antivirus(communes.alpha.tenant)
    assert "documents.antivirus" in told


async def test_without_an_answer_a_paper_waits(
    communes: Communes, clock: FrozenClock, clamd: Clamd, tmp_path: Path
) -> None:
    clamd.answer = b""
    with communes.alpha.here():
        owner = receiving.Owner(1)
        file = sent(tmp_path, papers.a_photo())
        document = await receiving.receive(file, "address", owner, FAMILY)
        assert (await again(document.id)).is_held

        clock.move(minutes=11)
        await communes.alpha.work()
        assert (await again(document.id)).is_held

        clamd.answer = None
        clock.move(minutes=11)
        await communes.alpha.work()
        assert not (await again(document.id)).is_held
        assert not list(shelf.reception().iterdir())


async def test_what_the_antivirus_finds_later_is_refused(
    communes: Communes, clock: FrozenClock, clamd: Clamd, tmp_path: Path
) -> None:
    clamd.answer = b""
    with communes.alpha.here():
        file = sent(tmp_path, papers.a_photo())
        document = await receiving.receive(file, "address", receiving.Owner(1), FAMILY)

        clamd.answer = b"stream: Danger FOUND\0"
        clock.move(minutes=11)
        await communes.alpha.work()

        assert (await again(document.id)).state == "refused"


@pytest.mark.asvs("5.4.3")
async def test_what_the_antivirus_finds_at_once_is_not_kept(
    communes: Communes, clamd: Clamd, tmp_path: Path
) -> None:
    clamd.answer = b"stream: Danger FOUND\0"
    with communes.alpha.here():
        with pytest.raises(Refused, match="infected"):
            file = sent(tmp_path, papers.a_photo())
            await receiving.receive(file, "address", receiving.Owner(1), FAMILY)

        assert await Document.count() == 0
