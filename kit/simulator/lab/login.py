"""Owns waiting until a laptop lets the station in: a real login with the pinned host key."""

import base64
import logging
import time
from collections.abc import Callable
from gettext import gettext as _
from pathlib import Path

import paramiko

from kit.simulator.lab.commands import LabFailed
from kit.simulator.lab.disk import USER
from kit.simulator.lab.names import Laptop

_CHANNEL = "kit.lab.login"
# paramiko logs every refused try as an error; until the last one they are expected.
logging.getLogger(_CHANNEL).addHandler(logging.NullHandler())
logging.getLogger(_CHANNEL).propagate = False


def wait_for_login(
    laptop: Laptop,
    *,
    key: Path,
    is_alive: Callable[[], bool],
    last_words: Callable[[], str],
    patience: float = 60.0,
) -> None:
    """Return once a command ran on the laptop; `patience` in seconds.

    Raises:
        LabFailed: the laptop has ended, answers with another host key, or did not let us in in time.
    """
    deadline = time.monotonic() + patience
    while True:
        try:
            _log_in(laptop, key)
            return
        except paramiko.BadHostKeyException as exc:
            raise LabFailed(_("Laptop {tag} answers with another host key.").format(tag=laptop.tag)) from exc
        except (paramiko.SSHException, OSError, EOFError) as exc:
            # Also refused logins: with systemd inside, pam_nologin turns users away for a moment.
            if not is_alive() or time.monotonic() > deadline:
                raise LabFailed(
                    _("Laptop {tag} lets nobody in ({reason}). Its console: {said}").format(
                        tag=laptop.tag, reason=exc, said=last_words()
                    )
                ) from exc
            time.sleep(0.05)


def _log_in(laptop: Laptop, key: Path) -> None:
    kind, _space, blob = laptop.host_key.partition(" ")
    with paramiko.SSHClient() as client:
        client.set_log_channel(_CHANNEL)
        client.set_missing_host_key_policy(paramiko.RejectPolicy())
        client.get_host_keys().add(laptop.address, kind, paramiko.Ed25519Key(data=base64.b64decode(blob)))
        client.connect(
            laptop.address,
            username=USER,
            pkey=paramiko.Ed25519Key.from_private_key_file(str(key)),
            allow_agent=False,
            look_for_keys=False,
            timeout=5,
            banner_timeout=5,
            auth_timeout=10,
        )
        _stdin, stdout, _stderr = client.exec_command("true", timeout=10)
        if stdout.channel.recv_exit_status() != 0:
            raise paramiko.SSHException("the login runs no command")
