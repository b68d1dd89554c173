"""The reference of the API, written from the OpenAPI document it serves: ``docs/api-reference.md``."""

import re
from collections.abc import Iterator
from typing import Any

HEAD = """# The API, route by route

Written by `ribambelle api reference` from the OpenAPI document the portal serves, every installed
plugin's routes included: change nothing here. A commune opens the routes of the plugins it has enabled;
its own page `/api` says them in French, with examples. What holds for all of them (tokens, pages of a
list, `Idempotency-Key`, refusals) is in [the API for programs](api.md). The sentences are those of the
document, in French.

"""
CODE = re.compile(r"\(`(\w+)`\)")
SHAPES = "#/components/schemas/"
Shape = dict[str, Any]


def page(document: dict[str, Any]) -> str:
    """Return the whole page, in Markdown."""
    found = [
        (method.upper(), path, one)
        for path, methods in document["paths"].items()
        for method, one in methods.items()
    ]
    shapes: dict[str, Shape] = document["components"]["schemas"]
    rows = [
        f"| [`{method} {path}`](#{anchor(one['operationId'])}) | {one['tags'][0]} | {_scope(one)} |"
        for method, path, one in found
    ]
    summary = ["| route | plugin | scope |", "|---|---|---|", *rows]
    entries = "".join(_entry(method, path, one) for method, path, one in found)
    return HEAD + "\n".join(summary) + "\n" + entries + _shapes(shapes)


def anchor(heading: str) -> str:
    """Return where a heading is linked to.

    >>> anchor("api.periscolaire.put_week")
    'apiperiscolaireput_week'
    """
    return heading.replace(".", "").lower()


def _scope(one: dict[str, Any]) -> str:
    if not one["security"]:
        return "no token"
    asked = one["security"][0]["token"]
    return f"`{asked[0]}`" if asked else "any token"


def _entry(method: str, path: str, one: dict[str, Any]) -> str:
    lines = [
        f"\n## {one['operationId']}\n",
        f"`{method} {path}`: {_scope(one)}. {one['summary']}.\n",
        one["description"],
    ]
    if one["parameters"]:
        lines += ["\n| parameter | in | type | required |", "|---|---|---|---|"]
        lines += [
            f"| `{each['name']}` | {each['in']} | {kind(each['schema'])} | {_yes(each['required'])} |"
            for each in one["parameters"]
        ]
    if "requestBody" in one:
        lines.append(f"\nBody: {_content(one['requestBody'])}.")
    lines.append(f"\nAnswer: {_content(one['responses']['200']) or 'this document'}.")
    refused = [
        f"{status} {', '.join(f'`{code}`' for code in CODE.findall(told['description']))}"
        for status, told in one["responses"].items()
        if status != "200"
    ]
    lines.append(f"\nRefusals: {'; '.join(refused)}.")
    return "\n".join(lines) + "\n"


def _content(told: dict[str, Any]) -> str:
    return ", ".join(kind(each["schema"]) for each in told["content"].values() if each["schema"])


def _yes(required: bool) -> str:
    return "yes" if required else "no"


def _shapes(shapes: dict[str, Shape]) -> str:
    return "\n## Shapes\n" + "".join(_shape(name, shapes[name]) for name in sorted(shapes))


def _shape(name: str, shape: Shape) -> str:
    told = " ".join(str(shape.get("description", "")).split())
    lines = [f"\n### {name}\n", f"{told}\n" if told else ""]
    if "properties" in shape:
        required = shape.get("required", ())
        lines += ["| field | type | required |", "|---|---|---|"]
        lines += [
            f"| `{field}` | {kind(each)} | {_yes(field in required)} |"
            for field, each in shape["properties"].items()
        ]
    else:
        lines.append(kind(shape))
    return "\n".join(line for line in lines if line) + "\n"


def kind(shape: Shape) -> str:
    """Say in a few words what a value is.

    >>> kind({"type": "array", "items": {"$ref": "#/components/schemas/Line"}})
    'list of [Line](#line)'
    >>> kind({"anyOf": [{"type": "string", "format": "date"}, {"type": "null"}], "default": None})
    'string (date) or null'
    >>> kind({"type": "integer", "minimum": 1, "maximum": 200, "default": 50})
    'integer (minimum 1, maximum 200), 50 when left out'
    """
    text = " or ".join(_one(each) for each in shape.get("anyOf", [shape]))
    default = shape.get("default")
    return text if default in (None, "", [], {}) else f"{text}, {default} when left out"


def _one(shape: Shape) -> str:
    if "$ref" in shape:
        name = str(shape["$ref"]).removeprefix(SHAPES)
        return f"[{name}](#{anchor(name)})"
    if "enum" in shape:
        return "one of " + ", ".join(f"`{value}`" for value in shape["enum"])
    if shape.get("type") == "array":
        return f"list of {kind(shape['items'])}" if shape.get("items") else "list"
    limits = ", ".join(_limits(shape))
    name = str(shape.get("type", "anything"))
    return f"{name} ({limits})" if limits else name


def _limits(shape: Shape) -> Iterator[str]:
    if "format" in shape:
        yield str(shape["format"])
    for key, word in WORDS.items():
        if key in shape:
            yield f"{word} {shape[key]}"


WORDS = {
    "minimum": "minimum",
    "maximum": "maximum",
    "minLength": "characters at least",
    "maxLength": "characters at most",
    "minItems": "items at least",
    "maxItems": "items at most",
}
