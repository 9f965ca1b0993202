"""Checks of single cells, pure: each gives the tidy value, or raises `ValueError` with the reason."""

import re
import unicodedata
from contextlib import suppress
from datetime import date, datetime
from gettext import gettext as _
from ipaddress import ip_address

import phonenumbers
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import load_ssh_public_key
from stdnum import imei as imeis
from stdnum import luhn

from inventory.text import control_characters

_SIGNS = re.compile(r"[\W_]")
_TAG = re.compile(r"[A-Z0-9][A-Z0-9._-]{0,31}")
_SCIENTIFIC = re.compile(r"\d([.,]\d+)?E\+?\d+", re.IGNORECASE)
#: What spreadsheets make of MAR-12 or 3/4: the date as its cell, or as its text in a CSV file.
_DATE = re.compile(r"\d{4}-\d\d-\d\d( \d\d:\d\d:\d\d)?|\d{1,2}/\d{1,2}/\d{2,4}( \d{1,2}:\d\d(:\d\d)?)?")
#: What spreadsheets in English and French show in place of a value that they could not compute.
_ERRORS = frozenset(
    ("#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!", "#VALEUR!", "#NOM?", "#NOMBRE!")
)
_HOST_NAME = re.compile(
    r"(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*"
)
#: Numbers that ARCEP keeps for fiction (national numbering plan): samples and drills ring nobody with them.
_FICTION = re.compile(r"\+33(19900|26191|35301|46571|53649|63998)\d{4}")
_ICCID = re.compile(r"89\d{17,18}")


def _squeezed(text: str) -> str:
    """Letters and digits only, in small letters without accents: how placeholders are compared."""
    return _SIGNS.sub("", unicodedata.normalize("NFKD", text.casefold()))


#: What makers and people write where there is no serial (squeezed; digits alone are judged apart).
_NO_SERIAL = frozenset(
    _squeezed(text)
    for text in (
        "To be filled by O.E.M.", "To be filled by OEM", "Default string", "System Serial Number",
        "System Product Name", "Base Board Serial Number", "Chassis Serial Number", "Serial Number",
        "Serial", "SerNum0", "Serial No", "S/N", "SN", "Not Specified", "Not Available", "Not Applicable",
        "Not Provided", "Not Present", "No Serial", "No Serial Number", "Unspecified", "Undefined",
        "Unknown", "None", "Nil", "Null", "Void", "N/A", "NA", "n.d.", "n.v.", "Invalid", "OEM", "O.E.M.",
        "Empty", "Blank", "TBD", "keine", "keiner", "keine Angabe", "unbekannt", "ohne", "leer", "aucun",
        "aucune", "sans", "sans numéro", "pas de numéro", "sans objet", "inconnu", "inconnue", "illisible",
        "non renseigné", "non communiqué", "néant", "vide",
    )
)  # fmt: skip

#: Digits or letters in the order of the keys, typed to get past a field that must be filled.
_ROWS_OF_KEYS = frozenset(
    keys[:length]
    for keys in ("0123456789", "1234567890", "9876543210", "abcdefghij", "azertyuiop", "qwertyuiop")
    for length in range(5, 11)
)


def plain(text: str) -> str:
    """Free text that can be shown and printed."""
    if text in _ERRORS:
        raise ValueError(_("{value} is a spreadsheet's error, not a value").format(value=text))
    # Every control character is unprintable to Python too, which finds that out much faster.
    if not text.isprintable() and control_characters(text):
        raise ValueError(_("contains control characters"))
    return unicodedata.normalize("NFC", text)


def digits_kept(text: str) -> str:
    """An identifier that no spreadsheet has rewritten as a number or a date, e.g. 3,54E+14 or 2026-03-12."""
    if _SCIENTIFIC.fullmatch(text) or _DATE.fullmatch(text):
        raise ValueError(
            _("{value} was ruined by a spreadsheet: format the column as text").format(value=text)
        )
    return text


def tag(text: str) -> str:
    """An asset tag, in upper case."""
    value = digits_kept(text).upper()
    if not value:
        raise ValueError(_("has no asset tag"))
    if not _TAG.fullmatch(value):
        raise ValueError(
            _("“{value}” is no asset tag: up to 32 letters, digits, dots, hyphens").format(value=text)
        )
    return value


def serial(text: str) -> str | None:
    """A serial; None for what only stands in the place of one."""
    if _stands_for_none(text):
        return None
    return digits_kept(plain(text))


def _stands_for_none(text: str) -> bool:
    signs = _squeezed(text)
    return len(set(signs)) <= 1 or signs in _ROWS_OF_KEYS or signs in _NO_SERIAL


def pin(text: str) -> str | None:
    """The code of a SIM, 4 to 8 digits (ETSI TS 102 221); the reason never repeats it."""
    return _code(text, range(4, 9), _("the PIN is not 4 to 8 digits"))


def puk(text: str) -> str | None:
    """The code that unblocks a SIM, 8 digits (ETSI TS 102 221); the reason never repeats it."""
    return _code(text, range(8, 9), _("the PUK is not 8 digits"))


def _code(text: str, lengths: range, reason: str) -> str | None:
    value = re.sub(r"\s", "", text)
    if value and not (re.fullmatch("[0-9]+", value) and len(value) in lengths):
        raise ValueError(reason)
    return value or None


def imei(text: str) -> str | None:
    """15 digits with a valid check digit; None where the cell is empty."""
    value = re.sub(r"[\s.-]", "", digits_kept(text))
    if not value:
        return None
    if len(value) != 15 or not imeis.is_valid(value):  # noqa: PLR2004  3GPP TS 23.003
        raise ValueError(_("{value} is no IMEI: 15 digits with a check digit").format(value=text))
    return value


def iccid(text: str) -> str | None:
    """19 or 20 digits with a valid check digit (ITU-T E.118); None where the cell is empty."""
    value = re.sub(r"[\s.-]", "", digits_kept(text))
    if not value:
        return None
    if not _ICCID.fullmatch(value) or not luhn.is_valid(value):
        raise ValueError(
            _("{value} is no ICCID: 19 or 20 digits from 89 on, with a check digit").format(value=text)
        )
    return value


def number(text: str) -> str | None:
    """A telephone number in E.164, read as a French one where it names no country; None where empty."""
    if not digits_kept(text):
        return None
    try:
        parsed = phonenumbers.parse(text, "FR")
    except phonenumbers.NumberParseException as exc:
        raise ValueError(_("{value} is no telephone number").format(value=text)) from exc
    number = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
    if not (phonenumbers.is_valid_number(parsed) or _FICTION.fullmatch(number)):
        raise ValueError(_("{value} is no telephone number").format(value=text))
    return number


def day(text: str) -> date | None:
    """A day, written 2027-03-31 or 31/03/2027; None where the cell is empty."""
    if not text:
        return None
    for order in ("%Y-%m-%d", "%d/%m/%Y"):
        with suppress(ValueError):
            return datetime.strptime(text, order).date()  # noqa: DTZ007  a day has no zone
    raise ValueError(_("{value} is no day: write it 2027-03-31 or 31/03/2027").format(value=text))


def address(text: str) -> str | None:
    """An IP address or a host name; None where the cell is empty."""
    if not text:
        return None
    try:
        return str(ip_address(text))
    except ValueError as exc:
        value = text.lower()
        # Digits and dots alone are a mistyped IP address, not a host name.
        if not _HOST_NAME.fullmatch(value) or re.fullmatch(r"[\d.]+", value):
            raise ValueError(
                _("“{value}” is neither an IP address nor a host name").format(value=text)
            ) from exc
        return value


def host_key(text: str) -> str | None:
    """An OpenSSH public key line, without its comment; None where the cell is empty."""
    if not text:
        return None
    value = " ".join(text.split()[:2])
    try:
        load_ssh_public_key(value.encode())
    except (ValueError, UnsupportedAlgorithm) as exc:
        raise ValueError(_("the host key is no OpenSSH public key (ssh-ed25519 AAAA…)")) from exc
    return value
