"""What is being typed stays when the language changes, without a script: in every form of a page.

With one, ``language.js`` does it in the tab itself and nothing is sent. Without, each form of the
page carries the buttons of the languages, which send it to ``/langues``: what was typed waits in
the session, or in the browser of a stranger, and is put back into the page that is loaded again.
"""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import msgspec
from litestar import Request
from lxml import html
from markupsafe import escape

from ribambelle.web import security
from ribambelle.web.templates import environment
from ribambelle.web.visit import Visit

RANK, BACK, SECRETS = "formulaire", "retour", "tus"
TYPED = re.compile(r"<(?:textarea|select)\b|<input(?![^>]* type=\"(?:hidden|submit|button|file)\")")
FIELD, NAME = re.compile(r"<input\b[^>]*>"), re.compile(r" name=\"([^\"]+)\"")
SECRET = re.compile(r" (?:type=\"password\"|autocomplete=\"one-time-code\"|data-secret\b)")
NEVER = frozenset({"hidden", "submit", "button", "image", "reset", "password", "file"})


COOKIE, LONGEST_COOKIE = "draft", 3500
"""Browsers refuse a cookie of more than four thousand signs."""


class Span(NamedTuple):
    """Where a form begins in the text of a page, and where its content ends."""

    start: int
    end: int


def forms_of(page: str) -> Iterator[Span]:
    """Yield the forms of a page that somebody types in, other than secrets.

    >>> text = '<main><form method="post"><input name="a"></form><form method="get"></form></main>'
    >>> [text[one.start : one.end] for one in forms_of(text)]
    ['<form method="post"><input name="a">']
    """
    at, last = page.find("<main"), page.rfind("</main")
    while 0 <= (at := page.find("<form", at)) < last:
        end = page.find("</form>", at)
        content, head = page[at:end], page[at : page.find(">", at)]
        many = len(TYPED.findall(content))
        if 'method="post"' in head and many > len(secrets_of(content)):
            yield Span(at, end)
        at = end


def secrets_of(form: str) -> list[str]:
    """Return the names of the fields of a form that wait nowhere.

    >>> secrets_of('<form><input name="mot" type="password"><input name="nom">')
    ['mot']
    """
    fields = [one.group() for one in FIELD.finditer(form) if SECRET.search(one.group())]
    return [name for field in fields for name in NAME.findall(field)]


def cookie(request: Request[Any, Any, Any], path: str, typed: Mapping[str, Any]) -> str:
    """Return the header that leaves with a stranger what they typed; nothing when it is too long.

    A stranger could fill the sessions with what nobody will read again.
    """
    name = security.cookie_name(request.url.scheme, request.url.hostname or "", COOKIE)
    value = urlsafe_b64encode(msgspec.json.encode([path, typed])).decode() if typed else ""
    return security.cookie(name, value).decode() if name and len(value) < LONGEST_COOKIE else ""


def left_with(request: Request[Any, Any, Any]) -> tuple[str, dict[str, Any]] | None:
    """Return what a stranger typed, and the path of the page; None when nothing can be read."""
    name = security.cookie_name(request.url.scheme, request.url.hostname or "", COOKIE)
    value = security.secret_in(list(request.scope["headers"]), name)
    try:
        told = msgspec.json.decode(urlsafe_b64decode(value), type=tuple[str, dict[str, Any]])
    except (ValueError, msgspec.DecodeError):  # nothing, or whatever somebody put there
        return None
    return told


def carried(page: str, seen: Visit, request: Request[Any, Any, Any], again: str) -> tuple[str, str]:
    """Return a page whose forms change language with what is typed in them, and bring it back.

    The second is the cookie to set, when what waited in the browser has been put back.

    :param again: where the page can be asked for again.
    """
    if len(seen.languages) < 2 or (seen.person and not seen.person.is_family):
        return page, ""
    path, spans, back = request.url.path, list(forms_of(page)), escape(again)
    left = None if seen.person else left_with(request)
    waiting = seen.kept(path)
    typed = waiting.raw if waiting else left[1] if left and left[0] == path else {}
    components = environment(seen.tenant, seen.language.code).get_template("components.html")
    buttons = components.module.language_buttons(seen.languages, seen.language, within=True)  # type: ignore[attr-defined]  # a macro of the template
    for rank, span in reversed(list(enumerate(spans))):
        form = page[span.start : span.end]
        if typed.get(RANK) == str(rank):
            form = filled(form, typed)
        kept = f'<input type="hidden" name="{BACK}" value="{back}">'
        kept += f'<input type="hidden" name="{RANK}" value="{rank}">'
        kept += f'<input type="hidden" name="{SECRETS}" value="{" ".join(secrets_of(form))}">'
        carries = f'<noscript><p class="langues">{kept}{buttons}</p></noscript>'
        page = page[: span.start] + form + carries + page[span.end :]
    return page, cookie(request, path, {}) if left else ""


def filled(form: str, typed: Mapping[str, Any]) -> str:
    """Return a form, its end tag left out, with what was typed in it.

    >>> filled('<form><input name="a" value="x"><input type="checkbox" name="b" checked>', {"a": "é"})
    '<form><input name="a" value="é"><input type="checkbox" name="b">'
    """
    tree = html.fragment_fromstring(f"{form}</form>")
    left = {name: _values(value) for name, value in typed.items()}
    for field in tree.iter("input", "select", "textarea"):
        _fill(field, left.get(field.get("name", ""), []))
    text: str = html.tostring(tree, encoding="unicode")
    return text.removesuffix("</form>")


def _values(value: Any) -> list[str]:
    return list(value) if isinstance(value, list) else [str(value)]


def _fill(field: Any, values: list[str]) -> None:
    """Put into a field what was typed there; fields of one name take theirs in turn."""
    kind = field.get("type", "text")
    if not field.get("name") or kind in NEVER:
        return
    if field.tag == "select":
        for option in field.iter("option"):
            _set(option, "selected", option.get("value", option.text) in values)
    elif kind in ("checkbox", "radio"):
        _set(field, "checked", field.get("value", "on") in values)
    elif values and field.tag == "textarea":
        field.text = values.pop(0)
    elif values:
        field.set("value", values.pop(0))


def _set(field: Any, name: str, on: bool) -> None:
    if on:
        field.set(name, "")
    elif name in field.attrib:
        del field.attrib[name]
