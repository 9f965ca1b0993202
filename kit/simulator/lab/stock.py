"""Owns the pool file that goes with the lab: its laptops, and as many sample phones and SIMs. Pure.

Sample numbers are nobody's: IMEIs have a type code of the test range (GSMA TS.06), telephone numbers are of
the range ARCEP keeps for fiction (decision 2018-0881: 06 39 98). ICCIDs only look right (country 33, issuer
99).
"""

import csv
import io
from collections.abc import Iterable, Iterator

from stdnum import luhn

from kit.simulator.lab.names import Laptop

#: Data, not text for people: the same file in every language, so that it can be imported again.
_PLACE = "Lab"
COLUMNS = (
    "asset_tag",
    "kind",
    "serial",
    "model",
    "address",
    "host_key",
    "imei",
    "iccid",
    "number",
    "place",
)


def pool_csv(laptops: Iterable[Laptop]) -> str:
    """A file for `kit pool import`: the laptops, then a phone and a SIM for each."""
    listed = list(laptops)
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(_laptop(laptop) for laptop in listed)
    writer.writerows(_phones(len(listed)))
    writer.writerows(_sims(len(listed)))
    return text.getvalue()


def _laptop(laptop: Laptop) -> dict[str, str]:
    return {
        "asset_tag": laptop.tag,
        "kind": "laptop",
        "serial": laptop.serial,
        "model": "Lab laptop",
        "address": laptop.address,
        "host_key": laptop.host_key,
        "place": _PLACE,
    }


def _phones(count: int) -> Iterator[dict[str, str]]:
    for number in range(1, count + 1):
        yield {
            "asset_tag": f"TEL-{number:04d}",
            "kind": "phone",
            "serial": f"SAMPLE-TEL-{number:04d}",
            "model": "Sample phone",
            "imei": _with_check_digit(f"00100100{number:06d}"),
            "place": _PLACE,
        }


def _sims(count: int) -> Iterator[dict[str, str]]:
    for number in range(1, count + 1):
        yield {
            "asset_tag": f"SIM-{number:04d}",
            "kind": "sim",
            "model": "Sample SIM",
            "iccid": _with_check_digit(f"893399{number:012d}"),
            "number": f"+3363998{number:04d}",
            "place": _PLACE,
        }


def _with_check_digit(digits: str) -> str:
    return digits + luhn.calc_check_digit(digits)
