"""The private folder of one run."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from kit.workstations.private import memory_folder, private_folder, processes_of, remove_left_behind


def test_the_folder_is_its_owners_only_and_gone_afterwards(tmp_path: Path) -> None:
    with private_folder(tmp_path) as folder:
        assert folder.stat().st_mode & 0o777 == 0o700
        (folder / "secret").write_text("x")
    assert list(tmp_path.iterdir()) == []


def test_the_folder_is_gone_after_a_failure_too(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), private_folder(tmp_path):
        raise RuntimeError
    assert list(tmp_path.iterdir()) == []


def test_the_folder_is_in_memory() -> None:
    folder = memory_folder()
    kinds = {
        fields[1]: fields[2]
        for line in Path("/proc/mounts").read_text().splitlines()
        if len(fields := line.split()) > 2
    }
    mounted = next(str(path) for path in (folder, *folder.parents) if str(path) in kinds)
    assert kinds[mounted] == "tmpfs"


def test_what_still_runs_for_the_folder_is_ended_with_it(tmp_path: Path) -> None:
    with private_folder(tmp_path) as folder:
        process = subprocess.Popen(["/bin/sleep", "600"], env={**os.environ, "TMPDIR": str(folder)})
        while process.pid not in processes_of(folder):  # until it has become `sleep`
            pass
    assert process.wait(timeout=5) == -9


def test_a_killed_runs_folder_is_removed_and_a_living_ones_kept(tmp_path: Path) -> None:
    code = (
        "import os, sys; from pathlib import Path; from kit.workstations.private import private_folder\n"
        "with private_folder(Path(sys.argv[1])) as folder: print(folder, flush=True); os.kill(os.getpid(), 9)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=False
    )
    left = Path(done.stdout.strip())
    assert done.returncode == -9
    assert left.is_dir()
    with private_folder(tmp_path) as living:
        assert not left.exists()
        remove_left_behind(tmp_path)
        assert living.is_dir()
