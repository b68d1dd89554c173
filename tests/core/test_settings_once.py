"""What tests remember of a commune's file is what the file and the environment say."""

from pathlib import Path

import pytest

from ribambelle.tenants import settings
from ribambelle.testing import settings_once


def test_a_file_is_read_once_and_again_when_anything_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with settings_once.reading() as known:
        (tmp_path / "alpha.toml").write_text('name = "Alpha"')
        first = settings.read(tmp_path, "alpha")
        first["name"] = "somebody else's"
        again = settings.read(tmp_path, "alpha")
        (tmp_path / "alpha.toml").write_text('name = "Alpha la Grande"')
        changed = settings.read(tmp_path, "alpha")
        monkeypatch.setenv("RIBAMBELLE_ALPHA__NAME", "De loin")
        from_afar = settings.read(tmp_path, "alpha")
        remembered = len(known)

    assert (again["name"], changed["name"]) == ("Alpha", "Alpha la Grande")
    assert from_afar["name"] == "De loin"
    assert remembered == 3
