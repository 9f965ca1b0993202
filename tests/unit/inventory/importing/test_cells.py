"""Single cells: tidy values in, reasons out."""

from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import luhn

from inventory.importing import cells
from tests.unit.inventory.samples import HOST_KEYS

Check = Callable[[str], str | None]


@pytest.mark.parametrize(
    ("check", "typed", "tidy"),
    [
        (cells.tag, "lap-01", "LAP-01"),
        (cells.serial, "PF3ABC12", "PF3ABC12"),
        (cells.serial, "To be filled by O.E.M.", None),
        (cells.serial, "keine", None),
        (cells.serial, "0000000000", None),
        (cells.serial, "xxxx-xxxx", None),
        (cells.serial, "N/A", None),
        (cells.serial, "Aucun", None),
        (cells.serial, "", None),
        *(
            (cells.serial, text, None)
            for text in (
                "None",
                "Default string",
                "System Serial Number",
                "xxxxxxx",
                "123456789",
                "0123456789",
            )
        ),
        *(
            (cells.serial, text, None)
            for text in ("#N/A", "n/a", "S/N", "- - -", "Not Specified", "AZERTY", "néant")
        ),
        *(
            (cells.serial, text, text)
            for text in ("1234567891", "0000000001", "SN-1", "None-1", "5CD1234567", "型番42", "シリアル")
        ),
        (cells.pin, "0 000", "0000"),
        (cells.pin, "12345678", "12345678"),
        (cells.puk, "00000000", "00000000"),
        (cells.puk, "", None),
        (cells.imei, "49 015420 323751 8", "490154203237518"),
        (cells.imei, "", None),
        (cells.iccid, "8933150319031901230", "8933150319031901230"),
        (cells.number, "06 12 34 56 78", "+33612345678"),
        (cells.number, "+33 6 12 34 56 78", "+33612345678"),
        (cells.number, "0032 470 12 34 56", "+32470123456"),
        (cells.number, "", None),
        (cells.address, "10.0.0.1", "10.0.0.1"),
        (cells.address, "2001:DB8::1", "2001:db8::1"),
        (cells.address, "Laptop-1.kit.example", "laptop-1.kit.example"),
        (cells.address, "", None),
        (cells.host_key, f"{HOST_KEYS[0]}  root@laptop", HOST_KEYS[0]),
        (cells.host_key, "", None),
        (cells.day, "", None),
        (cells.plain, "Cle\u0301", "Clé"),
    ],
)
def test_tidy_values(check: Check, typed: str, tidy: str | None) -> None:
    assert check(typed) == tidy


@pytest.mark.parametrize("typed", ["2027-03-01", "01/03/2027", "1/3/2027"])
def test_a_day_is_read_as_people_here_write_it(typed: str) -> None:
    assert cells.day(typed) == date(2027, 3, 1)


@pytest.mark.parametrize(
    ("check", "typed", "said"),
    [
        (cells.tag, "", "no asset tag"),
        (cells.tag, "LAP 01", "“LAP 01” is no asset tag"),
        (cells.tag, "=1+1", "is no asset tag"),
        (cells.tag, "A" * 33, "is no asset tag"),
        (cells.tag, "1E5", "ruined by a spreadsheet"),
        (cells.serial, "1,2E+11", "ruined by a spreadsheet"),
        (cells.serial, "a\0b", "control characters"),
        (cells.imei, "490154203237519", "is no IMEI"),
        (cells.imei, "49015420323751", "is no IMEI"),
        (cells.imei, "3,54E+14", "3,54E+14 was ruined by a spreadsheet"),
        (cells.iccid, "8933150319031901231", "is no ICCID"),
        (cells.iccid, "1233150319031901234", "is no ICCID"),
        (cells.iccid, "8.93315E+18", "ruined by a spreadsheet"),
        (cells.number, "06 12", "is no telephone number"),
        (cells.number, "allô", "is no telephone number"),
        (cells.number, "3.36E+10", "ruined by a spreadsheet"),
        (cells.address, "10.0.0.300", "neither an IP address nor a host name"),
        (cells.address, "10.0.0.1/24", "neither"),
        (cells.address, "laptop_1;reboot", "neither"),
        (cells.address, "-oProxyCommand=x", "neither"),
        (cells.host_key, "AAAA", "no OpenSSH public key"),
        (cells.host_key, "ssh-ed25519 AAAA", "no OpenSSH public key"),
        (cells.host_key, HOST_KEYS[0].replace("ed25519", "rsa"), "no OpenSSH public key"),
        (cells.plain, "a\u202eb", "control characters"),
        (cells.plain, "#REF!", "a spreadsheet's error"),
        (cells.tag, "2026-03-12", "ruined by a spreadsheet"),
        (cells.serial, "12/03/2026", "ruined by a spreadsheet"),
        (cells.imei, "3.56944E+14", "ruined by a spreadsheet"),
        (cells.day, "03/31/2027", "is no day"),
        (cells.day, "31/03/27", "is no day"),
        (cells.day, "2027-02-29", "is no day"),
        (cells.day, "46112", "is no day"),
    ],
)
def test_reasons(check: Check, typed: str, said: str) -> None:
    with pytest.raises(ValueError, match=r".+") as caught:
        check(typed)
    assert said in str(caught.value)


@given(body=st.from_regex(r"[0-9]{14}", fullmatch=True), place=st.integers(0, 14), digit=st.integers(1, 9))
def test_any_single_wrong_digit_of_an_imei_is_found(body: str, place: int, digit: int) -> None:
    good = body + luhn.calc_check_digit(body)
    wrong = good[:place] + str((int(good[place]) + digit) % 10) + good[place + 1 :]
    assert cells.imei(good) == good
    with pytest.raises(ValueError, match="is no IMEI"):
        cells.imei(wrong)


@pytest.mark.parametrize("check", [cells.pin, cells.puk])
@pytest.mark.parametrize("typed", ["123", "123456789", "12a4", "¹²³⁴⁵⁶⁷⁸", "1E+07"])
def test_a_code_that_is_none_is_never_repeated(check: Check, typed: str) -> None:
    with pytest.raises(ValueError, match="is not") as caught:
        check(typed)
    assert typed not in str(caught.value)
