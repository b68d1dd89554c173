"""Programs told that a request moved: declare one, see them, stop one, send an event again."""

from typing import Annotated, Any

import typer

from ribambelle.commands import AsJson, DryRun, inside, say, say_json, say_table
from ribambelle.errors import Refused
from ribambelle.plugins import CORE
from ribambelle.tenants import Tenant
from ribambelle.webhooks import addresses, declaring, delivering, kinds
from ribambelle.webhooks.tables import WebhookDelivery

app = typer.Typer(
    no_args_is_help=True, help="Les logiciels prévenus quand une demande avance (webhooks)."
)
Slug = Annotated[str, typer.Argument(help="Commune, telle que dans tenants/.")]
Code = Annotated[str, typer.Argument(help="Code du logiciel, tel que « list » le montre.")]
MOST = 200
"""Events a person reads at once."""


@app.command()
def add(
    slug: Slug,
    name: Annotated[str, typer.Argument(help="Nom du logiciel.")],
    address: Annotated[
        str, typer.Argument(help="Adresse à prévenir ; elle commence par https://.")
    ],
    kind: Annotated[
        list[str],
        typer.Option(
            "--kind", help="Événement, ou toute une démarche : creche.application.* ; répéter."
        ),
    ],
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Prévenir un logiciel quand une demande avance ; son secret s’affiche une seule fois.

    Exemple : ribambelle api webhooks add nantes "Logiciel de cantine"
    https://logiciel.example.fr/avis --kind periscolaire.enrolment.accept
    """

    async def work(commune: Tenant) -> tuple[str, str]:
        known = kinds.known()
        if unknown := [one for one in kind if one not in known]:
            raise Refused(
                "unknown_webhook_kind", kind=unknown[0], known=", ".join(sorted(known)) or "aucun"
            )
        addresses.require_written(address, local=delivering.is_local())
        if dry_run:
            return "", ""
        row, secret = await declaring.declare(name.strip()[:80], address, kind, commune.now())
        return row.code, secret

    code, secret = inside(slug, CORE, work)
    if as_json:
        told = {"name": name, "address": address, "kinds": kind, "code": code or None}
        say_json({**told, "secret": secret or None, "dry_run": dry_run})
    elif dry_run:
        say(f"« {name} » serait prévenu de {', '.join(kind)}. Rien n’a été changé.")
    else:
        say(
            f"« {name} » sera prévenu, sous le code {code}. Son secret ne sera plus montré :\n{secret}"
        )


@app.command("list")
def list_webhooks(
    slug: Slug,
    of: Annotated[str, typer.Option("--of", help="Code d’un logiciel : montrer ses avis.")] = "",
    as_json: AsJson = False,
) -> None:
    """Montrer les logiciels prévenus, ou les derniers avis envoyés à l’un d’eux.

    Exemple : ribambelle api webhooks list nantes --of 3f9a12cd
    """
    if of:
        _list_deliveries(slug, of, as_json)
        return

    async def work(commune: Tenant) -> list[dict[str, Any]]:
        lost = await declaring.given_up()
        return [
            {
                **{"code": row.code, "name": row.name, "address": row.address},
                **{"kinds": row.kinds.split(), "given_up": lost.get(row.id, 0)},
            }
            for row in await declaring.every()
        ]

    found = inside(slug, CORE, work)
    if as_json:
        say_json(found)
        return
    rows = [
        (one["code"], one["name"], one["address"], ", ".join(one["kinds"]), one["given_up"])
        for one in found
    ]
    headings = ("Code", "Logiciel", "Adresse", "Suit", "Abandonnés")
    say_table(headings, rows, "Aucun logiciel n’est prévenu.")


def _list_deliveries(slug: str, of: str, as_json: bool) -> None:
    async def work(commune: Tenant) -> list[dict[str, Any]]:
        row = await declaring.by_code(of)
        return [_facts(one, commune) for one in await declaring.deliveries(row.id, MOST)]

    found = inside(slug, CORE, work)
    if as_json:
        say_json(found)
        return
    rows = [
        (
            one["event"],
            one["kind"],
            one["at"],
            one["state"],
            one["answered"] or one["trouble"] or "",
        )
        for one in found
    ]
    headings = ("Avis", "Événement", "Quand", "État", "Réponse")
    say_table(headings, rows, "Ce logiciel n’a encore reçu aucun avis.")


@app.command()
def remove(slug: Slug, code: Code, dry_run: DryRun = False, as_json: AsJson = False) -> None:
    """Ne plus prévenir un logiciel ; ce qui l’attendait n’est pas envoyé.

    Exemple : ribambelle api webhooks remove nantes 3f9a12cd
    """

    async def work(commune: Tenant) -> str:
        row = await declaring.by_code(code)
        if not dry_run:
            await declaring.remove(row.id)
        return row.name

    name = inside(slug, CORE, work)
    if as_json:
        say_json({"code": code, "name": name, "dry_run": dry_run})
    elif dry_run:
        say(f"« {name} » ne serait plus prévenu. Rien n’a été changé.")
    else:
        say(f"« {name} » n’est plus prévenu.")


@app.command()
def replay(
    slug: Slug,
    code: Code,
    event: Annotated[
        str, typer.Argument(help="Numéro de l’avis ; sans lui, tous les abandonnés.")
    ] = "",
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Renvoyer un avis sous le même numéro, ou tous ceux qui ont été abandonnés.

    Exemple : ribambelle api webhooks replay nantes 3f9a12cd
    """

    async def work(commune: Tenant) -> list[str]:
        row = await declaring.by_code(code)
        if event:
            found = await WebhookDelivery.objects().where(
                (WebhookDelivery.webhook == row.id) & (WebhookDelivery.event == event)
            )
            if not found:
                raise Refused("unknown_webhook_event", event=event, slug=slug, code=code)
        else:
            found = await declaring.deliveries(row.id, 10_000, states=("given_up",))
        for one in [] if dry_run else found:
            await declaring.replay(row.id, one.id)
        return [one.event for one in found]

    events = inside(slug, CORE, work)
    if as_json:
        say_json({"code": code, "events": events, "dry_run": dry_run})
    elif dry_run:
        say(f"{len(events)} avis à renvoyer. Rien n’a été changé.")
    else:
        say(f"{len(events)} avis à renvoyer : ils partent dans les minutes qui viennent.")


def _facts(one: WebhookDelivery, commune: Tenant) -> dict[str, Any]:
    return {
        **{"event": one.event, "kind": one.kind, "state": one.state, "tries": one.tries},
        **{"answered": one.answered, "trouble": one.trouble},
        "at": one.at.astimezone(commune.zone).isoformat(),
    }
