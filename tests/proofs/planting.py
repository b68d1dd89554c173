"""A commune whose every table holds rows that bear a word of its own."""

import json
import zlib
from base64 import b64encode
from collections.abc import Callable, Container
from datetime import datetime, timedelta
from typing import Any

from piccolo.columns import Boolean, Bytea, Date, ForeignKey, Text, Timestamptz, Varchar
from piccolo.table import Table, sort_table_classes
from tests.creche.builders import BORN_ON, a_dossier

from ribambelle.particulier.asker import Asker
from ribambelle.particulier.asker import sealed as status_sealed
from ribambelle.plugins import Plugins
from ribambelle.search import fold
from ribambelle.tenants import Tenant
from ribambelle.testing import Town
from ribambelle.webhooks.secrets import sealed as webhook_sealed
from ribambelle_creche.domain import receipt
from ribambelle_creche.domain.admission import Application as LotFile
from ribambelle_creche.domain.admission import Option, Snapshot, propose
from ribambelle_creche.domain.admission.reading import written
from ribambelle_creche.domain.dossier import Child, Family, encode
from ribambelle_creche.domain.resources import Asking
from ribambelle_creche.examining import as_json
from ribambelle_creche.filing import PURPOSE
from ribambelle_paiement_tresor.sealing import sealed as account_sealed
from ribambelle_periscolaire.domain.sheet import ChildSheet, Contact
from ribambelle_periscolaire.sealing import sealed

FAMILY = "family@example.test"
STATES = ("submitted", "draft", "to_confirm")
GRID = """[creche.grid]
version = "1"
valid_from = 2026-01-01
tie_break = ["draw"]
[[creche.grid.criterion]]
code = "resident"
label = "{word}"
type = "flag"
fact = "lives_in_town"
points = 10
proof = "address"
"""
"""A grid whose only label is the word planted."""
REPORT = "EN-TETE;090909\nLIGNE;DATE;REFDET;MONTANT\nLIGNE;25/11/2026;{word};310\nPIED-DE-PAGE;1\n"
"""A report of the treasury whose only line is for the word planted."""
TRACE = '[{{"code": "c", "label": "{word}", "points": 1, "reason": "", "here": {{"1": 2}}}}]'
"""Points as a commission kept them, with a word."""
ISSUER = (
    *("codique", "siret", "collectivity", "budget", "nature", "function", "product"),
    *("file_type", "key_collectivity", "key_nature", "quality"),
)
"""What a bordereau says of a commune, beside its name and who signs."""
WORDLESS = {
    *("core_household", "core_demande", "core_responsibility", "core_custody", "core_errand"),
    *("core_merge", "core_appointment"),
    *("creche_capacity", "creche_wish", "creche_need", "creche_evidence", "creche_noted"),
    *("creche_case_member", "creche_supply", "creche_cut_off", "creche_decision"),
    *("periscolaire_edition", "periscolaire_load", "periscolaire_tally"),
    *("periscolaire_enrolled", "periscolaire_booking", "periscolaire_attendance"),
    *("periscolaire_roll", "periscolaire_eaten", "periscolaire_due"),
    *("periscolaire_arrival", "periscolaire_wish_request", "periscolaire_wish"),
    "periscolaire_wish_child",
    *("paiement_payer", "paiement_period", "paiement_mode", "paiement_allocation"),
    *("paiement_posting", "paiement_reminder", "paiement_titre_line", "paiement_titre_move"),
    *("paiement_debit_share", "assmat_attendance"),
}
"""Tables of codes, numbers and dates alone: what they say shows only beside a row with a word."""
LATER = timedelta(days=99)
COUNTED = {"periscolaire_tally"}
"""Tables the database writes by itself, a row for each planted elsewhere."""


def tables_of(plugins: Plugins) -> list[type[Table]]:
    """Every table of the core and of the installed plugins, parents first."""
    return sort_table_classes([table for _, found in plugins.each("tables") for table in found])


async def planted(
    town: Town,
    word: str,
    rows: int = 3,
    words: Callable[[str, int], str] | None = None,
    but: Container[str] = (),
) -> None:
    """Put rows in every table of a commune; the row of id 2 belongs to the rows of id 2.

    `words` gives each row of each table a word of its own, where one for all is not enough.
    """
    with town.here() as tenant:
        meant: dict[tuple[int, str], dict[str, dict[str, Any]]] = {}
        for table in tables_of(tenant.platform.plugins):
            if table._meta.tablename in COUNTED or table._meta.tablename in but:
                continue
            for number in range(1, rows + 1):
                name = table._meta.tablename
                own = words(name, number) if words else word
                told = a_row(table, number, own, tenant.now())
                if (number, own) not in meant:
                    meant[number, own] = meanings(number, own, tenant)
                told |= meant[number, own].get(name, {})
                await table.insert(table(**told))


def a_row(table: type[Table], number: int, word: str, now: datetime) -> dict[str, Any]:
    """Return a value for each column of any table, were it declared yesterday."""
    return {
        column._meta.name: a_value(column, number, word, now)
        for column in table._meta.columns
        if not column._meta.primary_key
    }


def a_value(column: Any, number: int, word: str, now: datetime) -> Any:
    match column:
        case Varchar():
            return f"{word}{number}"[: column.length]
        case Text():
            return f"{word}{number}"
        case Timestamptz():
            return now
        case Date():
            return now.date()
        case Boolean():
            return False
        case Bytea():
            return str(number).encode()
        case ForeignKey():
            return number
        case _:
            return number


def meanings(number: int, word: str, tenant: Tenant) -> dict[str, dict[str, Any]]:
    """Return, by table, the columns whose values are codes, or agree with others, for pages to show."""
    now = tenant.now()
    return {
        **people(number, word, now),
        **programs(number, word, now),
        **words(number, word, now),
        **papers(number, word, now),
        **requests(number, word, tenant),
        **commissions(number, word, now),
        **periscolaire(number, word, now),
        **paiement(number, word, now),
        **assmat(number, word, now),
    }


def people(number: int, word: str, now: datetime) -> dict[str, dict[str, Any]]:
    """Return the same for people, their families and how they sign in."""
    later = now + LATER
    return {
        "core_account": {
            "email": FAMILY if number == 1 else f"{word}{number}@example.test".lower(),
            **{"kind": "family", "password": None, "totp": None, "disabled_at": None},
        },
        "core_session": {"data": json.dumps({"flash": [["ok", word]]}), "expires_at": later},
        # a browser is told the key's id, which is read as base64
        "core_passkey": {"credential": f"{word}{number:04}"},
        "core_token": {"purpose": "invitation", "expires_at": later, "used_at": None},
        "core_quartier": {"folded": fold(f"{word} {number}"), "parent": None},
        "core_adult": {"folded": fold(word)},
        "core_child": {"folded": fold(word)},
        "core_responsibility": {
            **dict.fromkeys(("has_authority", "may_book", "may_pay", "may_collect"), True),
            **{"kind": "parent", "until": None, "ended_at": None},
        },
        "core_errand": {"reason": "counter", "ends_at": later, "ended_at": None, "told_at": None},
        "core_school": {"folded": fold(f"{word} {number}"), "is_open": True},
        "core_feed": {"stopped_at": None},
        "core_share": {"kind": "periscolaire.children", "ended_at": None},
        "core_merge": {"verdict": "same", "undoing": "[]", "undone_at": None},
        "core_custody": {"changes_on": 0, "holidays": "weeks", "first_half": None},
        "core_activation": {"expires_at": later, "opened_at": None, "used_at": None},
    }


def programs(number: int, word: str, now: datetime) -> dict[str, dict[str, Any]]:
    """Return the same for programs, and what was taken over from them."""
    later = now + LATER
    return {
        "core_api_token": {
            **{"name": f"{word}{number}", "scopes": "periscolaire:read", "expires_at": later},
            **{"revoked_at": None, "created_by": None, "prefix": f"{number:08x}"},
        },
        "core_api_answer": {"status": 200, "body": json.dumps({"word": word})},
        "core_webhook": {
            **{"code": f"{number:08x}", "address": f"https://{word}{number}.example.test/".lower()},
            **{"kinds": "creche.application.*", "held_until": None, "created_by": None},
            "secret": webhook_sealed(f"whsec_{word}", f"{number:08x}"),
        },
        "core_webhook_delivery": {
            **{"state": ("waiting", "delivered", "given_up")[number - 1], "answered": 200},
            **{"event": f"evt_{word}{number}", "trouble": "", "next_at": later},
        },
        "core_takeover": {"files": "{}", "outcome": "{}", "undone_at": None, "undone_by": None},
        "core_taken_row": {
            **{"owner": f"household:{number}", "of_table": "core_adult", "row": number},
            **{"matter": "families", "after": json.dumps({"phone": word})},
            "before": json.dumps({"phone": word}),
        },
        "core_family_import": {
            **{"mapping": "{}", "outcome": "{}", "done_at": None},
            "content": json.dumps({"headings": ["nom"], "rows": [[word]]}),
        },
    }


def words(number: int, word: str, now: datetime) -> dict[str, dict[str, Any]]:
    """Return the same for what is written to families."""
    later, state = now + LATER, STATES[number - 1]
    return {
        "core_message": {"recipient": FAMILY, "sent_at": None, "channel": "portal"},
        "core_message_text": {
            **{"code": ("sign_in", "invitation", "new_email")[number - 1], "is_own": True},
            "body": f"{word} {{lien}}",
        },
        "core_attachment": {"media_type": "application/pdf", "content": ""},
        "core_letter": {"side": "family"},
        "core_campaign": {
            **{"state": "draft" if number == 1 else "sent", "groups": '["tous"]'},
            "body": f"{word} {{commune}}",
        },
        "core_help_session": {
            **{"day": later.date(), "begins": 540, "ends": 600, "slot": 20, "seats": 9},
            "cancelled_at": None,
        },
        "core_appointment": {"begins": 540, "reminded_at": None},
        "core_information_page": {"slug": f"page-{number}", "is_published": True},
        "core_download": {"content": ""},
        "core_campaign_recipient": {"channel": "email", "message": None},
        "core_job": {"payload": json.dumps({"word": word}), "run_at": later},
        "core_demande": {"workflow": "creche.application", "state": state},
        "core_history_step": {
            **{"transition": "submit", "source": "draft", "target": "submitted"},
            **({"transition": "ask_confirmation"} if state == "to_confirm" else {}),
            "side": "family",
        },
    }


def papers(number: int, word: str, now: datetime) -> dict[str, dict[str, Any]]:
    """Return the same for papers, the journal and erasures."""
    return {
        "core_document": {
            # held: the row is there, its file is not
            **{"account": 1, "kind": "birth", "version": 1, "pages": 1, "is_held": True},
            **{
                "state": ("refused", "to_check", "accepted")[number - 1],
                "media_type": "image/jpeg",
            },
        },
        "core_document_use": {"href": f"/creche/demandes/{number}"},
        "core_journal": {"facts": "{}", "side": "office"},
        "core_forget_request": {"state": "asked", "decided_at": None, "runs_on": None},
        "core_erasure": {"cause": "asked", "people": json.dumps({word: [number]})},
        "core_elimination": {"slip": "[]"},
        "core_consent": {"sealed": asker_sealed(word, number), "withdrawn_at": None},
        "core_state_evidence": {
            **{"kind": "schooling", "outcome": "known", "way": "identite"},
            "content": json.dumps({"enrolled": True, "uai": word}),
        },
    }


def requests(number: int, word: str, tenant: Tenant) -> dict[str, dict[str, Any]]:
    """Return the same for crèches, their requests and their contracts."""
    now = tenant.now()
    child = Child(given_name=word, family_name=word, born_on=BORN_ON)
    dossier = a_dossier(number, child=child, family=Family(word, word, is_single=True))
    content = receipt.content(word, dossier, {number: word}, now)
    return {
        "creche_facility": {
            **{"bands": "[]", "opens_saturday": False},
            **{"folded": fold(word), "kind": "municipal", "is_open": True, "email": "x@x.test"},
            **{"places": 9, "from_weeks": 10, "to_months": 36},
        },
        "creche_agreement": {"first": now.date(), "last": None, "places": 1},
        "creche_capacity": {"age_group": "babies", "weekday": 0, "half": "am", "places": 9},
        "creche_grid": {"text": GRID.format(word=word), "valid_from": now.date()},
        "creche_noted": {"code": "former_member", "points": None},
        "creche_application": {
            **{"number": f"C-{number}", "account": 1, "channel": "family", "child_name": word},
            **dict.fromkeys(("answers", "sent"), encode(dossier)),
            **{"folded": fold(word), "age_group": "babies", "start_month": "2027-01"},
            "submitted_at": now,
            **{"entered_by": None, "half_days": 3, "children": 1},
        },
        "creche_need": {"rank": 0, "slots": 3},
        "creche_evidence": {"kind": "birth", "seen_at": None, "seen_by": None},
        "creche_contact": {"outcome": "reached"},
        "creche_receipt": {"content": content, "code": tenant.sign(PURPOSE, content), "version": 1},
        "creche_contract": {"first": now.date(), "last": None},
        "creche_frozen_count": {"month": f"2026-0{number}", "age_group": "babies", "children": 12},
    }


def commissions(number: int, word: str, now: datetime) -> dict[str, dict[str, Any]]:
    """Return the same for commissions, what they decide and what follows."""
    later = now + LATER
    wish = Option(f"{number}/babies/0", f"{number}", {f"{number}/babies/mon-am": 1})
    asking = LotFile(f"C-{number}", 10, "2026-11-01", number, (wish,), flags=(word,))
    lot = Snapshot({f"{number}/babies/mon-am": 0}, (asking,))
    return {
        "creche_commission": {"state": ("open", "closed", "decided")[number - 1], "grid": None},
        "creche_examined": {
            "refusal": "",
            "asked": as_json(Asking(("babies",), (1,), (number,))),
            "trace": TRACE.format(word=word),
            **{"points": 10, "facts": ""},
        },
        "creche_appeal_answer": {"outcome": "upheld", "reason": "A1"},
        "creche_proposal": {
            **{"inputs": written(lot).decode(), "outputs": written(propose(lot)).decode()},
            **{"label": word, "changes": "{}", "number": 1, "is_kept": number == 3},
        },
        "creche_feasibility": {"answer": "no", "reason": "A2"},
        "creche_held_places": {
            **{"age_group": "babies", "places": 1, "reason": "S1", "impact": "[]"},
            "lifted_at": now,
        },
        "creche_pin": {"option": "", "reason": "S2", "impact": "[]", "lifted_at": None},
        "creche_supply": {
            "state": ("declared", "expected", "validated")[number - 1],
            **{"adults": "{}", "ratio": "5-8"},
        },
        "creche_decision": {
            **{"outcome": "offered", "option": f"{number}/babies/0", "proposal": None},
        },
        "creche_offer": {
            "age_group": "babies",
            **{"state": "live", "live_for": number, "origin": "session", "until": None},
            "agreed_at": None,
            **{"option": f"{number}/babies/0", "answer_by": later.date(), "slots": 3},
        },
        "creche_supply_move": {"kind": "departure", "age_group": "babies", "children": 1},
        "creche_cut_off": {
            **{"age_group": "babies", "weekday": 0, "half": "am"},
            **{"period": 1, "entering": 0},
        },
    }


def asker_sealed(word: str, number: int) -> str:
    """Return a civil status as an account's consent keeps it."""
    return status_sealed(Asker(word, (word,), "F", BORN_ON), number)


def periscolaire(number: int, word: str, now: datetime) -> dict[str, dict[str, Any]]:
    """Return the same for the périscolaire."""
    return {
        "periscolaire_edition": {"mark": str(number)},
        "periscolaire_activity": {
            **{"kind": "canteen", "runs": "school", "booked": "online", "is_open": True},
            **{"cut_off": "veille", "regime": ""},
        },
        "periscolaire_unit": {"weekdays": 127, "parts": 1, "choice": "", "needs": None}
        | {"begins": 700, "ends": 800, "is_open": True},
        "periscolaire_group": {"school": None, "from_age": 0, "to_age": 99, "is_open": True},
        "periscolaire_load": {"part": 1},
        "periscolaire_closure": {
            **{"reason": "strike", "activity": None, "school": None, "class_name": ""},
            **{"first": now.date(), "last": now.date(), "lifted_at": None},
        },
        "periscolaire_enrolment": {"year": 2026, "ends_on": None},
        "periscolaire_sheet": {
            "sealed": sealed(ChildSheet(contacts=(Contact(word, "0"),)), f"{word}{number}"),
        },
        "periscolaire_claim": {"state": "waiting", "document": None},
        "periscolaire_onde": {
            **{"choices": "{}", "outcome": "{}", "done_at": None, "year": 2026},
            "content": json.dumps(
                {
                    "pupils": {
                        "headings": ["Nom élève", "Prénom élève", "Date naissance"],
                        "rows": [[word, word, "14/03/2019"]],
                    }
                }
            ),
        },
        "periscolaire_price": {"inputs": "[]", "steps": json.dumps([word])},
        "periscolaire_booking": {
            **{"state": ("offered", "waiting", "booked")[number - 1], "offered_until": now},
            **{"day": (now + timedelta(days=7)).date(), "absence": ""},
        },
        "periscolaire_mark": {"act": "present", "absence": ""},
        "periscolaire_attendance": {"state": "present", "absence": "", "is_unplanned": True},
        "periscolaire_roll": {"day": (now + timedelta(days=40)).date()},
        "periscolaire_due": {"nature": "day", "what": "booked"},
        "periscolaire_order": {"diets": json.dumps({word: 1}), "day": now.date()},
        "periscolaire_device": {"revoked_at": None, "expires_at": now + timedelta(days=99)},
        "periscolaire_event": {"act": "book", "state": "booked"},
        "periscolaire_request": {"answer": "[]"},
        "periscolaire_opening": {
            **{"mode": "room" if number == 1 else "wishes", "seed": f"{number:064x}"},
            **{"begins_at": now, "ends_at": now + timedelta(days=9 if number == 1 else 0)},
            **{"first": now.date(), "last": (now + timedelta(days=9)).date(), "span": "day"},
            **{"cancelled_at": None, "decided_at": None},
            "published_at": now if number == 3 else None,
        },
        "periscolaire_arrival": {"place": f"1{number:09d}", "step": 0},
        "periscolaire_wish_request": {
            **{"declared": "", "kept": None, "refusals": "[]", "given": 0},
            "placed_at": now if number == 3 else None,
        },
        "periscolaire_wish": {"rank": 1, "spans": now.date().isoformat()},
    }


def assmat(number: int, word: str, now: datetime) -> dict[str, dict[str, Any]]:
    """Return the same for the directory."""
    return {
        "assmat_childminder": {
            **{"number": f"{number}", "folded": fold(word), "city_folded": fold(word)},
            "civility": "mme",
            **{"status": "active", "activity": "working", "postcode": "44000", "insee": "44109"},
            **{"last": (now + timedelta(days=99)).date(), "is_hidden": False, "gone_at": None},
        },
        "assmat_declared": {
            **{"is_listed": True, "consents": json.dumps(["listed", "mobile", "address"])},
            **{"cares": json.dumps(["part_time"]), "languages": json.dumps(["ar"])},
            **{"agreed_on": json.dumps({"mobile": "2026-11-01"}), "pets": "none", "smoke": "free"},
        },
        "assmat_event": {
            **{"relais": 1, "begins": 570, "ends": 660, "places": 5},
            **{"day": (now + timedelta(days=9)).date(), "cancelled_at": None},
        },
        "assmat_care": {"ended_on": None, "planning": "regular", "moments": 1},
        "assmat_statement": {"kind": "move", "read_at": None},
        "assmat_place": {
            **{"where": "home", "state": "now", "moments": 1, "from_months": 0},
            **{"to_months": 72, "postal": "44000", "insee": "44109", "city_folded": fold(word)},
        },
        "assmat_count": {"kind": "search", "many": 9, "code": "18"},
        "assmat_register": {
            **{"outcome": "{}", "refused": json.dumps([[2, word]]), "mapping": "{}"},
            **{"source": "desk", "stopped": ""},
            **({"done_at": None} if number == 1 else {}),
            "content": json.dumps({"headings": ["Nom"], "rows": [[word]]}),
        },
    }


def paiement(number: int, word: str, now: datetime) -> dict[str, dict[str, Any]]:
    """Return the same for the paiement."""
    first = (now - timedelta(days=40 * number)).date()
    return {
        "paiement_period": {
            **{"regie": "regie", "first": first, "last": first + timedelta(days=20)},
            **{"state": ("open", "issued", "issued")[number - 1], "due_on": now.date()},
            "opened_by": None,
        },
        "paiement_trial": {
            **{"doubts": json.dumps([{"code": "no_address", "key": "k", "label": word}])},
            **{"totals": zlib.compress(b"[[1,310]]")},
        },
        "paiement_terms": {
            "told": json.dumps(
                {
                    **dict.fromkeys(("commune", "regie", "address", "payee", "iban"), word),
                    **dict.fromkeys(("after", "disputes", "service", "phone", "email"), word),
                    **{"prefix": "F", "payfip": "", "means": ["cash"]},
                }
            )
        },
        "paiement_basis": {"inputs": json.dumps([[word, word]]), "steps": json.dumps([word])},
        "paiement_invoice": {
            **{"kind": "invoice", "regie": "regie", "year": 2026, "corrects": None, "cents": 310},
            "recipient": json.dumps([word, word, "71880", word]),
        },
        "paiement_line": {"kind": "meal", "cents": 310, "unit_cents": 310, "quantity": 1},
        "paiement_entry": {"kind": "issued", "regie": "regie"},
        "paiement_posting": {"ledger": "families", "cents": 310},
        "paiement_mode": {"mode": "off"},
        "paiement_payment": {
            **{"regie": "regie", "client": "090909", "saisie": "T", "is_real": False},
            **{"state": ("open", "awaiting", "expired")[number - 1], "cents": 310, "means": ""},
            **{"seen_at": None, "asked_at": None, "ask_at": None, "alert": "", "failures": 0},
            **{"paid_at": None, "settled_at": None},
        },
        "paiement_notice": {"came_from": "return"},
        "paiement_mandate": {
            **{"regie": "regie", "kind": "recurrent", "state": "active", "ended_at": None},
            "sealed": account_sealed(json.dumps([word]).encode(), f"{word}{number}"),
        },
        "paiement_batch": {
            **{"regie": "regie", "on": (now + timedelta(days=20)).date(), "cancelled_at": None},
            "sealed": account_sealed(f"<Nm>{word}</Nm>".encode(), f"{word}{number}"),
            **dict.fromkeys(("booked_at", "confirmed_at", "taken_at")),
        },
        "paiement_debit": {"state": "planned", "sequence": "FRST", "reason": ""},
        "paiement_report": {
            "regie": "regie",
            "content": "" if number > 1 else b64encode(REPORT.format(word=word).encode()).decode(),
            **({"counted_at": None} if number == 1 else {}),
        },
        "paiement_report_line": {
            **{"state": ("matched", "unknown", "signalled")[number - 1], "regie": "regie"},
            **{"means": "card", "reference": f"{word}R{number}"},
        },
        "paiement_receipt": {"regie": "regie", "year": 2026, "means": "cash", "allocations": "[]"},
        "paiement_bordereau": {
            **{"form": "titre", "exercise": 2026, "type": "01", "budget": "00"},
            **{"state": "rejected", "replaces": None},
            "issuer": json.dumps({**dict.fromkeys(ISSUER, ""), "name": word, "signatory": word}),
        },
        "paiement_titre": {
            **{"series": f"2026:00:0{number}", "state": "sent", "cents": 310},
            "debtor": json.dumps([word, word, word, "71880", word]),
        },
        "paiement_titre_line": {"state": "04", "cents": 310},
        "paiement_treasury_file": {
            **{"digest": str(number) * 64, "kind": "retour", "name": f"{word}{number}"},
            "summary": json.dumps({"unlike": [word]}),
        },
        "paiement_titre_move": {"origin": "10", "cents": 310, "rank": 1},
    }


async def kept(town: Town, *but: str) -> dict[str, list[dict[str, Any]]]:
    """Return every row of every table, to see later that nothing moved."""
    with town.here() as tenant:
        return {
            table._meta.tablename: await table.select().order_by(table._meta.primary_key)
            for table in tables_of(tenant.platform.plugins)
            if table._meta.tablename not in but
        }
