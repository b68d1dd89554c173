"""What is served is listed, with its licence and its digests, and the list is up to date."""

import json
import tomllib

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from tests import sbom

LOCK = sbom.LOCK.read_text("utf-8")
# Permissive, or a weak copyleft that asks nothing of a program which only uses the library.
ACCEPTED = (
    *("MIT", "BSD", "Apache", "ISC", "MPL", "PSF", "Python-2.0", "HPND", "Zlib", "OFL", "EUPL"),
    *("LGPL", "Unlicense", "0BSD", "CC0", "Artistic"),
)


@pytest.mark.asvs("15.1.2")
def test_every_library_of_the_lock_is_listed_with_its_digests() -> None:
    told = json.loads(sbom.BOM.read_text("utf-8"))

    listed = {f"{one['name']}=={one['version']}" for one in told["components"]}
    fixed = {line.split()[0] for line in LOCK.splitlines() if "==" in line}
    assert listed == fixed
    assert (told["bomFormat"], told["specVersion"]) == ("CycloneDX", "1.6")
    assert all(one["externalReferences"][0]["hashes"] for one in told["components"])


def test_every_member_s_libraries_are_in_the_lock() -> None:
    """Whichever plugin asks for a library, what is installed of it is fixed."""
    fixed = {one.name for one in sbom.libraries(LOCK)}
    members = sorted(sbom.LOCK.parent.glob("*/pyproject.toml"))
    members += sorted(sbom.LOCK.parent.glob("plugins/*/pyproject.toml"))
    asked = {
        canonicalize_name(Requirement(line).name)
        for file in members
        for line in tomllib.loads(file.read_text("utf-8"))["project"]["dependencies"]
    }

    assert len(members) == 6
    assert {one for one in asked if not one.startswith("ribambelle-")} <= fixed


def test_both_pages_are_those_of_the_lock() -> None:
    found = sbom.libraries(LOCK)

    assert sbom.BOM.read_text("utf-8") == sbom.bom(found)
    assert sbom.PAGE.read_text("utf-8") == sbom.page(found)


def test_every_licence_is_known_and_what_is_served_can_go_with_ours() -> None:
    found = sbom.libraries(LOCK)

    assert [one.name for one in found if not one.licence] == []
    served = [one for one in found if one.use]
    assert len(served) > 50
    assert [one for one in served if not any(word in one.licence for word in ACCEPTED)] == []


@pytest.mark.parametrize(
    ("file", "uses"), [("requirements.lock", {"served"}), ("traces.lock", {"served", "optional"})]
)
def test_a_server_installs_what_is_served_and_what_builds_it_no_test(
    file: str, uses: set[str]
) -> None:
    tested = {one.name: one for one in sbom.libraries(LOCK)}
    installed = sbom.libraries((sbom.ROOT / "deploy" / file).read_text("utf-8"))
    asked = (sbom.ROOT / "deploy" / "requirements.in").read_text("utf-8").splitlines()
    building = sbom.needed_by(line for line in asked if not line.startswith("#"))

    assert {one.name: one.version for one in installed}.items() <= {
        one.name: one.version for one in tested.values()
    }.items()
    assert all(set(one.digests) & set(tested[one.name].digests) for one in installed)
    names = {one.name for one in installed}
    used = {name for name, one in tested.items() if one.use in uses}
    assert used <= names
    of_windows = {"colorama", "tzdata"}
    assert {sbom.canonical(name) for name in names - used} - of_windows <= building


def test_twin_a_library_more_in_the_lock_makes_the_pages_out_of_date() -> None:
    more = sbom.libraries(f"{LOCK}\ncolorama==9.9.9 \\\n    --hash=sha256:{'0' * 64}\n")

    assert sbom.page(more) != sbom.PAGE.read_text("utf-8")
