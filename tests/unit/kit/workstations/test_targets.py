"""What a run is told about a laptop, and how secrets keep to themselves."""

import pickle
import traceback

import pytest

from kit.workstations.targets import Secret, Target


def test_a_secret_shows_itself_only_when_asked() -> None:
    secret = Secret("canary")
    target = Target("LT-0001", "192.0.2.1", "ssh-ed25519 AAAA", "essai-01", {"seat_password_hash": secret})
    assert "canary" not in f"{secret} {secret!r} {target!r} {[secret]}"
    assert secret.reveal() == "canary"


def test_a_secret_is_not_in_a_traceback_with_locals() -> None:
    def fail(_secret: Secret) -> None:
        raise ValueError("no")

    secret = Secret("".join(["can", "ary"]))  # or the source line would show it
    try:
        fail(secret)
    except ValueError as exc:
        shown = "".join(traceback.TracebackException.from_exception(exc, capture_locals=True).format())
    assert "Secret(…)" in shown
    assert "canary" not in shown


def test_a_secret_cannot_be_pickled() -> None:
    with pytest.raises(TypeError, match="not serialised"):
        pickle.dumps(Secret("canary"))


def test_secrets_compare_by_their_text() -> None:
    assert Secret("a") == Secret("a")
    assert Secret("a") != Secret("b")
    assert len({Secret("a"), Secret("a")}) == 1
