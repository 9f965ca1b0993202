"""Owns the passwords of a laptop: made at random, typed by a tired person, sent as a hash where that does."""

import math
import secrets

from passlib.hash import sha512_crypt

from kit.workstations.targets import Secret

#: Lower-case letters under the same key on AZERTY and QWERTY: no a, q, z, w, m, no digit, no symbol.
LETTERS = "bcdefghijklnoprstuvxy"
GROUPS = 4
GROUP_LENGTH = 4
#: For a disk, whose header can be taken away and guessed at for years: 140 bits.
KEY_GROUPS = 8
#: 16 letters of 21: 70.3 bits. The space between groups is the same key everywhere and adds none.
ENTROPY_BITS = GROUPS * GROUP_LENGTH * math.log2(len(LETTERS))
#: Debian's own number. Many rounds protect a password that can be guessed; with 70 random bits they only cost
#: the station half a second for each laptop.
ROUNDS = 5000


def make(groups: int = GROUPS) -> Secret:
    """A new password, e.g. "hfkd ueip rtyb nvcx": typed as it is printed, spaces included."""
    return Secret(
        " ".join("".join(secrets.choice(LETTERS) for _ in range(GROUP_LENGTH)) for _ in range(groups))
    )


def hashed(password: Secret) -> Secret:
    """Its crypt(5) hash with a new salt; a secret too, for who has it can guess at leisure."""
    return Secret(sha512_crypt.using(rounds=ROUNDS).hash(password.reveal()))
