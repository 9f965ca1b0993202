"""The terms of a plan, from settings and the workspace template."""

from pathlib import Path

import pytest

from kit.app.terms import TEMPLATE, terms
from kit.errors import BadInput
from kit.settings import Settings, TenantSettings


def settings(template: Path | None) -> Settings:
    return Settings(tenant=TenantSettings(domain="x.example", sku="SPE_F1", workspace=template))


def test_settings_and_the_programs_own_template_make_the_terms() -> None:
    made = terms(settings(None))
    assert (made.domain, made.sku) == ("x.example", "SPE_F1")
    assert "{commune}" in made.workspace_name
    assert made.channels
    assert made.folders


def test_a_teams_own_template_replaces_it(tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text(TEMPLATE.read_text(encoding="utf-8").replace("Crise {commune}", "Secours {commune}"))
    assert terms(settings(own)).workspace_name == "Secours {commune}"


@pytest.mark.parametrize(
    "text",
    [
        None,
        "name = ",
        "name = ''",
        "colour = 'red'",
        'name = "{nom}"\ndescription = ""\ndrill_prefix = ""\nchannels = []\nfolders = []',
    ],
)
def test_a_template_that_cannot_be_used_is_named_before_any_crisis_needs_it(
    tmp_path: Path, text: str | None
) -> None:
    file = tmp_path / "own.toml"
    if text is not None:
        file.write_text(text)
    with pytest.raises(BadInput, match=r"own\.toml") as refused:
        terms(settings(file))
    assert refused.value.hint
