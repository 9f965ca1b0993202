"""Names and passwords: what a directory takes and what it refuses."""

import pytest

from kit.simulator.tenant.answers import GraphError
from kit.simulator.tenant.credentials import check_nickname, check_password, check_principal_name


@pytest.mark.parametrize("name", ["camille@secours.example", "d'essai_1-2.3#4^5~6!@secours.example"])
def test_a_well_formed_principal_name_is_taken(name: str) -> None:
    check_principal_name(name, verified=True)
    with pytest.raises(GraphError, match="verified"):
        check_principal_name(name, verified=False)


@pytest.mark.parametrize(
    "name", ["camille", "@secours.example", "hélène@x", "a b@x", ".a@x", "a.@x", "a" * 65 + "@x", "a@"]
)
def test_a_malformed_principal_name_is_refused(name: str) -> None:
    with pytest.raises(GraphError, match="userPrincipalName"):
        check_principal_name(name, verified=True)


@pytest.mark.parametrize("nickname", ["", "état", "a b", "a@b", "a,b", "a" * 65])
def test_a_malformed_nickname_is_refused(nickname: str) -> None:
    with pytest.raises(GraphError, match="mailNickname"):
        check_nickname(nickname, "Group")


@pytest.mark.parametrize("password", ["Abcdef12", "abcdef-1", "ABCDEF-1", "Été-Brûlant-9" * 5])
def test_three_kinds_of_characters_make_a_password(password: str) -> None:
    check_password(password, "camille@secours.example")


@pytest.mark.parametrize("password", ["Abc-123", "abcdefgh12", "Camille-2026", "A1-" * 100])
def test_a_weak_password_is_refused(password: str) -> None:
    with pytest.raises(GraphError, match="complexity"):
        check_password(password, "camille@secours.example")


@pytest.mark.parametrize("password", [None, "", 5])
def test_a_missing_password_is_refused(password: object) -> None:
    with pytest.raises(GraphError, match="must be specified"):
        check_password(password, "camille@secours.example")
