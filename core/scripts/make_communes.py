"""Make the compact table of France's communes from the official list.

The list is the one that the npm package ``@etalab/decoupage-administratif`` carries (MIT; INSEE's
official geographic code, postcodes of La Poste, legal populations). To make the table again::

    npm pack @etalab/decoupage-administratif && tar xzf etalab-decoupage-administratif-*.tgz
    python core/scripts/make_communes.py package
"""

import gzip
import json
import sys
from pathlib import Path

OUT = Path(__file__).parent.parent / "ribambelle" / "tenants" / "communes.tsv.gz"


def main(package: Path) -> None:
    """Write one line per living commune: code, name, département, postcodes, population."""
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


if __name__ == "__main__":
    main(Path(sys.argv[1]))
