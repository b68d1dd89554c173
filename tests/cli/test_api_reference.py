"""docs/api-reference.md tells every route for programs as the portal serves it, and no other."""

import re
from pathlib import Path
from typing import Any

import pytest

from ribambelle.api import description
from ribambelle.plugins import Plugins
from ribambelle.web.portal import Portal
from ribambelle_cli.api_reference import anchor, page

PAGE = Path(__file__).parents[2] / "docs" / "api-reference.md"


@pytest.fixture(scope="module")
def document(shared_app: Portal, installed: Plugins) -> dict[str, Any]:
    return description.document(shared_app, installed.only(installed.names), "", "")


def test_the_page_is_what_the_portal_serves(document: dict[str, Any]) -> None:
    written = PAGE.read_text("utf-8")

    assert written == page(document), "ribambelle api reference > docs/api-reference.md"
    assert len(document["paths"]) > 30


def test_every_link_of_the_page_leads_to_a_heading_of_its_own() -> None:
    written = PAGE.read_text("utf-8")
    headings = [anchor(one) for one in re.findall(r"^##+ (.+)$", written, re.MULTILINE)]
    links = set(re.findall(r"\]\(#([^)]+)\)", written))

    assert len(links) > 80 and links - set(headings) == set()
    assert len(set(headings)) == len(headings)


def test_twin_a_parameter_or_a_field_that_changes_is_seen(document: dict[str, Any]) -> None:
    before = page(document)
    shapes = document["components"]["schemas"]
    (token,) = document["paths"]["/api/v1/token"].values()

    fewer = {**shapes, "TokenSheet": {**shapes["TokenSheet"], "required": []}}
    told = {**document, "components": {**document["components"], "schemas": fewer}}
    more = {"name": "x", "in": "query", "required": False, "schema": {"type": "string"}}
    asked = {**document["paths"], "/api/v1/token": {"get": {**token, "parameters": [more]}}}

    assert page(told) != before
    assert "| `x` | query | string | no |" in page({**document, "paths": asked})
