"""The page of settings says every key a commune may write, and what silence means."""

import json
import re
import tomllib
from pathlib import Path

import msgspec
import pytest

from ribambelle.plugins import Plugins
from ribambelle.tenants import Platform
from ribambelle.tenants.settings import (
    Backup,
    Brand,
    Commune,
    Contact,
    Database,
    Documents,
    Families,
    Franceconnect,
    Legal,
    Mail,
    Particulier,
    Privacy,
    Proconnect,
    Signature,
    Sms,
    Webhooks,
)
from ribambelle_assmat.settings import Pmi, Relais
from ribambelle_assmat.settings import Settings as Assmat
from ribambelle_creche.domain.evidence import KINDS
from ribambelle_creche.settings import Settings as Creche
from ribambelle_paiement_tresor.settings import Debits as PaiementDebits
from ribambelle_paiement_tresor.settings import Regie
from ribambelle_paiement_tresor.settings import Report as PaiementReport
from ribambelle_paiement_tresor.settings import Settings as Paiement
from ribambelle_paiement_tresor.settings_titres import Signatory, Titres, Tobacconist
from ribambelle_periscolaire.domain.criteria import Criterion
from ribambelle_periscolaire.domain.cut_off import CutOff, Limit
from ribambelle_periscolaire.domain.tariff import grid
from ribambelle_periscolaire.settings import Settings as Periscolaire

PAGE = (Path(__file__).parents[2] / "docs" / "reglages.md").read_text("utf-8")
TABLES = {
    "La commune": Commune,
    "`[brand]`": Brand,
    "`[contact]`": Contact,
    "`[signature]`": Signature,
    "`[database]`": Database,
    "`[mail]`": Mail,
    "`[sms]`": Sms,
    "`[documents]`": Documents,
    "`[families]`": Families,
    "`[franceconnect]`": Franceconnect,
    "`[proconnect]`": Proconnect,
    "`[particulier]`": Particulier,
    "`[webhooks]`": Webhooks,
    "`[privacy]`": Privacy,
    "`[legal]`": Legal,
    "`[backup]`": Backup,
    "`[creche]`": Creche,
    "`[assmat]`": Assmat,
    "`[assmat.pmi]`": Pmi,
    "`[[assmat.relais]]`": Relais,
    "`[periscolaire]`": Periscolaire,
    "`[[periscolaire.cut_offs]]`": CutOff,
    "Un délai": Limit,
    "`[[periscolaire.criteria]]`": Criterion,
    "`[[periscolaire.tariffs]]`": grid.Tariff,
    "Dans un tarif, `bands`": grid.Band,
    "Dans un tarif, `effort`": grid.Effort,
    "Dans un tarif, `siblings`": grid.Siblings,
    "Dans un tarif, `duration`": grid.Duration,
    "Dans un tarif, `slots`": grid.Slot,
    "Dans un tarif, `out_of_town`": grid.OutOfTown,
    "Dans un tarif, `unbooked`": grid.Unbooked,
    "Dans un tarif, `absence`": grid.Absence,
    "Dans un tarif, `late`": grid.Late,
    "`[paiement]`": Paiement,
    "`[paiement.report]`": PaiementReport,
    "`[paiement.debits]`": PaiementDebits,
    "`[[paiement.regies]]`": Regie,
    "`[paiement.titres]`": Titres,
    "`[[paiement.titres.signatories]]`": Signatory,
    "`[paiement.buraliste]`": Tobacconist,
}


def written(title: str) -> dict[str, str]:
    """Return key and default of a chapter's table, as the page prints them."""
    chapter = next(part for part in PAGE.split("\n## ") if part.startswith(title))
    return dict(re.findall(r"^\| `(\w+)` \| ([^|]+) \|", chapter, re.MULTILINE))


def silence(field: msgspec.structs.FieldInfo) -> str:
    """Return what the page must say of a key nobody writes."""
    if field.required:
        return "obligatoire"
    if field.default is None:
        return "rien"
    made = field.default_factory is not msgspec.NODEFAULT
    default = field.default_factory() if made else field.default
    return f"`{json.dumps(default, ensure_ascii=False)}`"


@pytest.mark.parametrize("title", TABLES)
def test_every_key_is_on_the_page_with_its_default(title: str) -> None:
    fields = msgspec.structs.fields(TABLES[title])

    assert written(title) == {
        field.name: silence(field)
        for field in fields
        if not (isinstance(field.type, type) and issubclass(field.type, msgspec.Struct))
    }


def test_every_table_has_its_chapter(installed: Plugins) -> None:
    """A plugin whose settings gain a schema must gain a chapter."""
    assert set(dict(installed.each("settings")).values()) == {
        Creche,
        Assmat,
        Periscolaire,
        Paiement,
    }
    assert all(f"`{kind}` (" in PAGE for kind in KINDS)


def test_the_example_opens_a_commune(tmp_path: Path, installed: Plugins) -> None:
    found = re.search(r"```toml\n(.+?)```", PAGE, re.DOTALL)
    assert found
    (tmp_path / "nantes.toml").write_text(found[1], "utf-8")

    commune = Platform(tmp_path, tmp_path / "data", plugins=installed).tenant("nantes")

    assert commune.of(Creche).max_wishes == tomllib.loads(found[1])["creche"]["max_wishes"]
