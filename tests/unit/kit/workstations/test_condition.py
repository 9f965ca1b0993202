"""What a laptop says of itself: the script on this machine, and the reading of what it prints."""

import subprocess
from dataclasses import fields
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.workstations.condition import SCRIPT, Condition, parse

#: Programs of a laptop, as the script finds them.
APT = """#!/bin/sh
echo "Inst openssl [3.0.1] (3.0.2 Debian-Security:12/stable-security [amd64])"
echo "Inst nano [7.1] (7.2 Debian:12.5/stable [amd64])"
echo "Conf nano (7.2 Debian:12.5/stable [amd64])"
"""


@pytest.fixture
def programs(tmp_path: Path) -> Path:
    for name, text in (("apt-get", APT), ("sudo", "#!/bin/sh\necho ' PF1234 '\n")):
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(0o755)
    return tmp_path


def told(programs: Path) -> Condition:
    done = subprocess.run(
        ["/bin/sh", "-c", SCRIPT],
        env={"PATH": f"{programs}:/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=True,
    )
    return parse(done.stdout)


def test_the_script_tells_what_there_is(programs: Path) -> None:
    condition = told(programs)
    assert condition.serial == "PF1234"
    assert condition.uptime is not None
    assert condition.uptime > 0
    assert condition.disk_size is not None
    assert condition.disk_free is not None
    assert 0 <= condition.disk_free < condition.disk_size
    assert (condition.updates, condition.security_updates) == (2, 1)


def test_the_script_leaves_out_what_it_may_not_see(programs: Path) -> None:
    for name in ("apt-get", "sudo"):
        (programs / name).write_text("#!/bin/sh\nexit 1\n")
    condition = told(programs)
    assert (condition.serial, condition.updates, condition.security_updates) == (None, None, None)
    assert condition.uptime is not None


def test_lines_of_others_and_nonsense_are_passed_over() -> None:
    text = "Welcome to LT-0001\nuptime=soon\nbattery=80\nbattery=20\nshell=/bin/sh\n"
    assert parse(text) == Condition(battery=80)


@given(st.text())
def test_whatever_is_printed_gives_a_condition(text: str) -> None:
    assert isinstance(parse(text), Condition)


@given(st.dictionaries(st.sampled_from([field.name for field in fields(Condition)]), st.text(), max_size=7))
def test_what_is_told_is_read_or_left_out(found: dict[str, str]) -> None:
    condition = parse("".join(f"{name}={value}\n" for name, value in found.items()))
    for field in fields(Condition):
        if field.name not in found:
            value = getattr(condition, field.name)
            # A text with a line break in it may hold what looks like another line.
            assert value is None or any("=" in text for text in found.values())
