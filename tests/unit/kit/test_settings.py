"""What can be set, and which source wins."""

from pathlib import Path

import pytest

from kit.errors import BadInput
from kit.settings import SECRET_VARIABLES, Home, Settings, load


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home.at(tmp_path)


def write(home: Home, text: str) -> None:
    home.settings_file.write_text(text, encoding="utf-8")


def test_everything_is_under_the_home_but_the_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    home = Home.at(tmp_path / "home")
    assert {home.settings_file.parent, home.keys.parent, home.documents.parent, home.tenant.parent} == {
        tmp_path / "home"
    }
    assert home.cache == tmp_path / "cache" / "crisis-kit"
    assert load(home).database == f"sqlite:///{tmp_path}/home/kit.db"


def test_without_a_home_the_platforms_folders_are_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    home = Home.at(None)
    assert home.settings_file == tmp_path / "config" / "crisis-kit" / "kit.toml"
    assert home.keys == tmp_path / "state" / "crisis-kit" / "keys"


def test_options_win_over_environment_over_file_over_defaults(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    default = load(home)
    assert (default.tenant.sku, default.workstations.forks) == ("SPE_E3", 20)
    write(home, 'station = "file"\n[tenant]\nsku = "SPE_F1"\ndomain = "file.example"\n')
    assert (load(home).station, load(home).tenant.sku) == ("file", "SPE_F1")
    monkeypatch.setenv("KIT_TENANT__DOMAIN", "environment.example")
    monkeypatch.setenv("KIT_STATION", "environment")
    merged = load(home)
    # One value of a section can come from the environment and its neighbour from the file.
    assert (merged.tenant.domain, merged.tenant.sku) == ("environment.example", "SPE_F1")
    assert merged.station == "environment"
    assert Settings(station="option").station == "option"


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("[tenant]\ndomian = 'x'\n", "tenant.domian"),
        ("colour = 'red'\n", "colour"),
        ("[tenant]\npatience = -1\n", "tenant.patience"),
        ("[tenant]\nprincipal_pattern = '{nom}'\n", "tenant.principal_pattern"),
        ("[tenant]\nprincipal_pattern = '{'\n", "tenant.principal_pattern"),
        ("[workstations]\nforks = 0\n", "workstations.forks"),
        ("[team]\ntimezone = 'Europe/Aubagne'\n", "team.timezone"),
        ("[lab]\nname = 'Two Words'\n", "lab.name"),
        ("[lab]\nnetwork = '8.8.8'\n", "lab.network"),
        ("[tenant\n", "kit.toml"),
    ],
)
def test_a_bad_value_is_refused_by_its_name(home: Home, text: str, named: str) -> None:
    write(home, text)
    with pytest.raises(BadInput, match=named) as refused:
        load(home)
    assert str(home.settings_file) in refused.value.message


@pytest.mark.parametrize("name", sorted(SECRET_VARIABLES))
def test_a_secret_among_the_variables_is_refused_and_not_repeated(home: Home, name: str) -> None:
    write(home, f"[workstations.variables]\n{name} = 'canary'\n")
    with pytest.raises(BadInput, match=f"{name}: secrets are never settings") as refused:
        load(home)
    assert "canary" not in str(refused.value)


def test_an_unknown_key_in_a_section_of_the_environment_is_refused(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KIT_TENANT__DOMIAN", "x")
    with pytest.raises(BadInput, match="domian"):
        load(home)


def test_a_file_that_is_no_text_is_refused(home: Home) -> None:
    home.settings_file.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(BadInput):
        load(home)
