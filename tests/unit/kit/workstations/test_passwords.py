"""The local password of a laptop."""

from passlib.hash import sha512_crypt

from kit.workstations import passwords

#: Keys of the same position on a French and a US keyboard that carry different letters.
DIFFERENT_KEYS = set("aqzwm")


def test_a_password_has_at_least_70_bits() -> None:
    assert passwords.ENTROPY_BITS >= 70


def test_a_password_is_typed_alike_on_azerty_and_qwerty() -> None:
    typed = set("".join(passwords.make().reveal() for _ in range(200)))
    assert typed == set(passwords.LETTERS) | {" "}
    assert not typed & DIFFERENT_KEYS


def test_a_password_is_printed_in_groups_of_four() -> None:
    assert [len(group) for group in passwords.make().reveal().split(" ")] == [4, 4, 4, 4]


def test_no_two_passwords_are_the_same() -> None:
    assert len({passwords.make() for _ in range(500)}) == 500


def test_the_hash_is_one_that_debian_verifies() -> None:
    password = passwords.make()
    hashed = passwords.hashed(password).reveal()
    assert hashed.startswith("$6$")
    assert sha512_crypt.verify(password.reveal(), hashed)
    assert passwords.hashed(password).reveal() != hashed
