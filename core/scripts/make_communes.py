"""Make the compact tables of France's communes and départements from the official lists.

The lists are those that the npm package ``@etalab/decoupage-administratif`` carries (MIT; INSEE's
official geographic code, postcodes of La Poste, legal populations). To make the tables again::

    npm pack @etalab/decoupage-administratif && tar xzf etalab-decoupage-administratif-*.tgz
    python core/scripts/make_communes.py package
"""

import gzip
import json
import sys
from pathlib import Path

TENANTS = Path(__file__).parent.parent / "ribambelle" / "tenants"
OUT = TENANTS / "communes.tsv.gz"
DEPARTEMENTS = TENANTS / "departements.tsv"


def main(package: Path) -> None:
    """Write one line per living commune: code, name, département, postcodes, population.

    Then one line per département that has communes: code, name.
    """
    version = json.loads((package / "package.json").read_text("utf-8"))["version"]
    communes = json.loads((package / "data" / "communes.json").read_text("utf-8"))
    lines = [f"# @etalab/decoupage-administratif {version}, code officiel géographique 2026"]
    for commune in sorted(communes, key=lambda commune: str(commune["code"])):
        if commune["type"] == "commune-actuelle":
            lines.append(
                "\t".join(
                    (
                        commune["code"],
                        commune["nom"],
                        commune["departement"],
                        " ".join(commune.get("codesPostaux", [])),
                        str(commune.get("population", 0)),
                    )
                )
            )
    OUT.write_bytes(gzip.compress(("\n".join(lines) + "\n").encode(), 9, mtime=0))
    departements = json.loads((package / "data" / "departements.json").read_text("utf-8"))
    lived_in = {line.split("\t")[2] for line in lines[1:]}
    told = [
        f"{one['code']}\t{one['nom']}"
        for one in sorted(departements, key=lambda one: str(one["code"]))
        if one["code"] in lived_in
    ]
    DEPARTEMENTS.write_text("\n".join([lines[0], *told]) + "\n", "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
