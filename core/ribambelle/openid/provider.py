"""A state identity as one commune uses it: its registration, its addresses, its demands."""

import json
from dataclasses import dataclass
from urllib.parse import urlencode

from ribambelle.tenants import Tenant

FRANCECONNECT, PROCONNECT = "franceconnect", "proconnect"
NAMES = {FRANCECONNECT: "FranceConnect", PROCONNECT: "ProConnect"}
BACK = "/identite/{code}/retour"
FAREWELL = "/deconnexion/retour"
LEVELS = frozenset({"eidas1", "eidas2", "eidas3"})
"""How sure an identity is; the lowest is enough here, and a surer one is not refused."""
OF_STAFF = ("openid", "given_name", "usual_name", "email", "uid", "siret", "idp_id")
AMR = json.dumps({"id_token": {"amr": {"essential": True}}}, separators=(",", ":"))


@dataclass(frozen=True, slots=True)
class Provider:
    """What is asked of a provider, and what it must answer to be believed."""

    code: str
    issuer: str
    client: str
    secret: str
    algorithm: str
    scopes: tuple[str, ...]
    back: str
    farewell: str

    @property
    def name(self) -> str:
        """What people call it."""
        return NAMES[self.code]

    @property
    def for_families(self) -> bool:
        """Whether families come in by it, and not staff."""
        return self.code == FRANCECONNECT

    def way(self, endpoint: str, state: str, nonce: str) -> str:
        """Return where a person goes to say who they are.

        ProConnect refuses what it does not know, and tells how somebody proved who they are only
        when it is asked to.

        >>> one = Provider(PROCONNECT, "https://pc.test", "c", "s", "RS256", ("openid",), "/b", "/f")
        >>> one.way("https://pc.test/authorize", "S", "N").partition("&claims=")[0]
        'https://pc.test/authorize?response_type=code&client_id=c&redirect_uri=%2Fb&scope=openid&state=S&nonce=N&acr_values=eidas1'
        """
        asked = {
            "response_type": "code",
            "client_id": self.client,
            "redirect_uri": self.back,
            "scope": " ".join(self.scopes),
            "state": state,
            "nonce": nonce,
            "acr_values": "eidas1",
        }
        if not self.for_families:
            asked["claims"] = AMR
        return f"{endpoint}?{urlencode(asked)}"

    def way_out(self, endpoint: str, token: str, state: str) -> str:
        """Return where a person goes to be signed out there too."""
        told = {"id_token_hint": token, "state": state, "post_logout_redirect_uri": self.farewell}
        return f"{endpoint}?{urlencode(told)}"


def of(tenant: Tenant, code: str) -> Provider | None:
    """Return a provider as this commune uses it; None where it is not turned on."""
    settings = (
        tenant.settings.franceconnect if code == FRANCECONNECT else tenant.settings.proconnect
    )
    if code not in NAMES or not settings.on:
        return None
    return registered(tenant, code)


def registered(tenant: Tenant, code: str) -> Provider:
    """Return a provider as this commune would use it, turned on or not."""
    families = tenant.settings.franceconnect
    settings = families if code == FRANCECONNECT else tenant.settings.proconnect
    return Provider(
        code,
        settings.issuer.rstrip("/"),
        settings.client,
        settings.secret,
        settings.algorithm,
        families.scopes if code == FRANCECONNECT else OF_STAFF,
        tenant.url(BACK.format(code=code)),
        tenant.url(FAREWELL),
    )
