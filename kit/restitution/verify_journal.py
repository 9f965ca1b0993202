"""Checks the journal lines beside it with nothing but Python: `python3 verify.py`.

`chain.txt` has number and hash of every line of the journal from the one before the first to the newest;
`lines.jsonl` has the lines of this crisis in full. Each of these must hash to what the chain says of it, and
name as `previous` what the chain says of the line before it. Lines about other communes are not here: of them
the chain has the hash only, which anybody who is shown such a line can compare.
"""

import hashlib
import json
import sys
from pathlib import Path


def check(folder: Path) -> tuple[int, int]:
    """How many lines hold, of how many in the chain.

    Raises:
        ValueError: names the first line that does not hold.
    """
    pairs = [line.split("  ") for line in (folder / "chain.txt").read_text(encoding="ascii").splitlines()]
    chain = {int(number): digest for number, digest in pairs}
    first = int(pairs[0][0])
    if list(chain) != list(range(first, first + len(pairs))):
        raise ValueError("the chain is not consecutive")
    count = 0
    for text in (folder / "lines.jsonl").read_text(encoding="utf-8").splitlines():
        line = json.loads(text)
        told, number = line.pop("hash"), line["seq"]
        whole = json.dumps(line, sort_keys=True, separators=(",", ":")).encode("ascii")
        if not told == hashlib.sha256(whole).hexdigest() == chain.get(number):
            raise ValueError(f"line {number} was changed")
        if line["previous"] != chain.get(number - 1):
            raise ValueError(f"line {number} does not follow line {number - 1}")
        count += 1
    return count, len(chain) - 1


if __name__ == "__main__":
    try:
        held, length = check(Path(__file__).parent)
    except (ValueError, KeyError, IndexError, OSError) as fault:
        sys.exit(f"DOES NOT HOLD: {fault}")
    print(f"{held} lines hold, in a chain of {length}")
