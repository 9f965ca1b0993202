"""Owns trying from inside a laptop what it must and must not reach: one TCP connection each, all at once."""

from __future__ import annotations

import errno
import os
import socket
from concurrent.futures import ThreadPoolExecutor
from typing import Any

#: Seconds after which silence is an answer.
PATIENCE = 3.0


def connect(address: str, port: int) -> tuple[str, str]:
    """Try one connection: `open`, `refused` by the other side, or `closed`; and what the system said."""
    try:
        with socket.create_connection((address, port), PATIENCE):
            return "open", ""
    except ConnectionRefusedError as exc:
        # Somebody there said no: nothing answers, but a route leads there.
        return "refused", str(exc)
    except OSError as exc:
        code = errno.errorcode.get(exc.errno or 0, "")
        return "closed", f"{code} {os.strerror(exc.errno)}" if code else str(exc)


def probe(must_reach: list[dict[str, Any]], must_not_reach: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Every target with what was wanted, what came of it, and whether that is right."""
    targets = [(True, target) for target in must_reach] + [(False, target) for target in must_not_reach]
    with ThreadPoolExecutor(max_workers=16) as pool:
        answers = pool.map(lambda each: connect(each[1]["address"], int(each[1]["port"])), targets)
        return [
            {
                "address": target["address"],
                "port": int(target["port"]),
                "must_reach": wanted,
                "result": result,
                "said": said,
                "passed": result == "open" if wanted else result == "closed",
            }
            for (wanted, target), (result, said) in zip(targets, answers, strict=True)
        ]
