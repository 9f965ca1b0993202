"""Owns running programs of this machine: found where administrators' programs are, never through a shell."""

import os
import shutil
import subprocess
from collections.abc import Mapping
from gettext import gettext as _
from pathlib import Path

from kit.errors import KitError, MissingRequirement

#: A user's PATH on Debian leaves out where `ip` and `apt-cacher-ng` are.
SEARCH_PATH = os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/sbin", "/sbin"])
#: What a laptop's side sees: nothing of the station's own environment.
PLAIN_ENVIRONMENT = {
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "LANG": "C.UTF-8",
}


class LabFailed(KitError):
    """The lab could not make, reach or remove something; what it had made is removed by `down`."""

    kind = "workstation"


def find(program: str) -> str:
    """Path of `program`.

    Raises:
        MissingRequirement: it is not installed.
    """
    path = shutil.which(program, path=SEARCH_PATH)
    if path is None:
        raise MissingRequirement(_("The program {program} is not installed.").format(program=program))
    return path


def run(
    *arguments: str | Path,
    stdin: str = "",
    cwd: Path | None = None,
    environment: Mapping[str, str] | None = None,
    check: bool = True,
) -> str:
    """Run a program to its end and return what it printed.

    It inherits the lab's lock (`Records.lock`) if this process holds it: killed, we may leave it at work.

    Raises:
        LabFailed: it failed and `check` is set; the message ends with what the program said.
        MissingRequirement: it is not installed.
    """
    program, *rest = (str(argument) for argument in arguments)
    done = subprocess.run(
        [find(program), *rest],
        input=stdin,
        cwd=cwd,
        env={**os.environ, "PATH": SEARCH_PATH, "LC_ALL": "C.UTF-8", **(environment or {})},
        capture_output=True,
        text=True,
        check=False,
        close_fds=False,  # Python opens everything else for itself alone
    )
    if check and done.returncode != 0:
        raise LabFailed(
            _("{program} failed ({code}): {said}").format(
                program=program, code=done.returncode, said=done.stderr.strip()[-2000:] or "–"
            )
        )
    return done.stdout
