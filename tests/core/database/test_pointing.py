"""What may go is looked for where something may point at it: by an index, or the reason is here."""

import re

from ribambelle.database import DOOR, TenantEngine, migrations, schema
from ribambelle.plugins import Plugins

FEW = "few rows, which the office makes; one goes once in years"
SHARED = "few rows, each of thousands that point at it; one goes once in years"
STAYS = "no row of it ever goes"
WITHOUT = {
    "core_data_key": FEW,
    "core_quartier": FEW,
    "core_school": FEW,
    "creche_commission": FEW,
    "creche_desk": FEW,
    "creche_facility": FEW,
    "creche_grid": FEW,
    "creche_proposal": FEW,
    "creche_supply": FEW,
    "paiement_basis": STAYS,
    "paiement_invoice": STAYS,
    "paiement_terms": STAYS,
    "periscolaire_activity": FEW,
    "periscolaire_group": FEW,
    "periscolaire_price": SHARED,
    "periscolaire_rules": STAYS,
    "periscolaire_unit": FEW,
}
"""Tables that others point at without an index, and why nobody waits for it."""

POINTS = re.compile(r"(?P<table>\w+): (?P<column>\w+) refers to (?P<parent>\w+),")
LEADS = re.compile(
    r"(?P<table>\w+): (?:identified by )?(?P<column>\w+)(?:, \w+)*(?: unique| indexed)?"
)


async def slow_ways() -> dict[str, str]:
    """Return the columns that point at a row and have no index of their own, with its table."""
    facts = (await schema.describe()).facts
    led = {(found["table"], found["column"]) for one in facts if (found := LEADS.fullmatch(one))}
    return {
        f"{found['table']}.{found['column']}": found["parent"]
        for one in facts
        if (found := POINTS.match(one)) and (found["table"], found["column"]) not in led
    }


async def test_a_row_that_goes_never_reads_whole_tables(engine: TenantEngine, installed: Plugins):
    await migrations.forward(installed.only(installed.names).packages())

    found = await slow_ways()

    assert {column: parent for column, parent in found.items() if parent not in WITHOUT} == {}
    assert sorted(set(found.values())) == sorted(WITHOUT), "a reason that serves no longer"


async def test_a_column_without_its_index_shows(engine: TenantEngine, installed: Plugins):
    await migrations.forward(installed.only(installed.names).packages())

    await DOOR.run_ddl('DROP INDEX "paiement_line_child"')

    assert (await slow_ways())["paiement_line.child"] == "core_child"
