"""A commune of demonstration, filled with invented people: by the core, then by each of its plugins."""

from collections.abc import Awaitable, Callable

from ribambelle.database import migrations
from ribambelle.errors import Misconfigured, Refused
from ribambelle.faults import place_of
from ribambelle.identity import Grant, accounts, passwords, team
from ribambelle.identity.second_factor import DEMONSTRATION
from ribambelle.identity.tables import Account
from ribambelle.plugins import CORE
from ribambelle.tenants import Tenant

AGENT = "agent@demo.example"
NAMES = {"regisseur": "Brigitte Aubry", "pmi": "Hélène Faure"}
"""Who holds a role in a demonstration; another role is held by somebody called as it is."""


async def fill(commune: Tenant, seed: int, password: str) -> None:
    """Write invented people in the empty base of a commune, and an account for each kind of staff."""
    with commune.here():
        await migrations.forward(commune.hooks.packages())
        kept = await passwords.hashed(password)
        await staff(commune, AGENT, "Sophie Laurent", [Grant("admin"), Grant("agent")], kept)
        fills = dict(commune.hooks.each("demo"))
        for name in (CORE, *commune.settings.plugins):
            if fills.get(name) is not None:
                await _filled(commune, name, fills[name], seed)
        for grant, label in [*await _limited(), *_whole(commune)]:
            await staff(commune, f"{grant.role}@demo.example", label, [grant], kept)


async def _filled(
    commune: Tenant, plugin: str, filling: Callable[[int], Awaitable[None]], seed: int
) -> None:
    """Let one plugin fill; what stops it is told with its file, to whoever writes the plugin."""
    try:
        await filling(seed)
    except Exception as error:  # whatever a plugin does, its author reads where and what next
        raise Misconfigured(
            f"le module « {plugin} » n’a pas pu remplir la commune"
            f" ({type(error).__name__} : {error})",
            file=place_of(error, commune.platform.plugins.root(plugin), filling),
            cure="corrigez la fonction que son hook demo() donne, puis recommencez : rien n’a été gardé",
        ) from error


async def _limited() -> list[tuple[Grant, str]]:
    """Return each role that is limited to something, limited to the first thing there is."""
    found: dict[str, tuple[int, Grant, str]] = {}
    for one in await team.choices():
        if not one.role.scope:
            continue
        number = one.grant.number(one.role.scope) or 0
        if one.role.code not in found or number < found[one.role.code][0]:
            found[one.role.code] = number, one.grant, one.role.label
    return [(grant, label) for _, grant, label in found.values()]


def _whole(commune: Tenant) -> list[tuple[Grant, str]]:
    """Return the roles of the whole commune: the till's, and those that its plugins declare."""
    wanted = {"regisseur"} | {
        role.code
        for plugin, roles in commune.hooks.each("roles")
        for role in roles
        if plugin != CORE and not role.by_oneself
    }
    return [
        (Grant(role.code), NAMES.get(role.code, role.label))
        for role in accounts.known_roles().values()
        if role.code in wanted and not role.scope
    ]


async def staff(commune: Tenant, email: str, name: str, grants: list[Grant], kept: str) -> None:
    """Open an account of demonstration, with the password and the code that are shown.

    :param kept: the password, hashed.
    """
    if not commune.settings.demo:
        raise Refused("not_a_demo", slug=commune.slug)
    account = await accounts.create_staff(email, name, grants, commune.now())
    await Account.update({Account.password: kept, Account.totp: DEMONSTRATION}).where(
        Account.id == account.id
    )
