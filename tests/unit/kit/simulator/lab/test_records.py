"""What is written down is found again by another process, and nothing is left when the lab is forgotten."""

import multiprocessing
from multiprocessing.connection import Connection
from pathlib import Path

from kit.simulator.lab.names import Mode, Names
from kit.simulator.lab.records import LabRecord, LaptopRecord, Records

LAB = LabRecord("cklab", "10.77.0", "/keys/ssh_ed25519")
SLOT = Names("cklab", "10.77.0").slot(3)


def test_records_are_read_back(tmp_path: Path) -> None:
    records = Records(tmp_path / "lab")
    with records.lock():
        records.write(LAB)
        records.write_laptop(SLOT, LaptopRecord(Mode.NSPAWN, "/cache/base"))

    again = Records(tmp_path / "lab")
    assert again.read() == LAB
    assert LAB.names == Names("cklab", "10.77.0")
    assert again.tags() == ["LT-0003"]
    assert again.read_laptop(SLOT) == LaptopRecord(Mode.NSPAWN, "/cache/base")


def test_there_is_no_lab_before_one_is_written(tmp_path: Path) -> None:
    records = Records(tmp_path / "lab")

    assert records.read() is None
    assert records.tags() == []
    assert records.read_laptop(SLOT) is None
    assert not (tmp_path / "lab").exists()


def test_a_laptop_of_which_only_the_folder_was_made_is_known(tmp_path: Path) -> None:
    records = Records(tmp_path)
    records.laptop_folder(SLOT).mkdir(parents=True)

    assert records.tags() == ["LT-0003"]
    assert records.read_laptop(SLOT) is None


def test_forgetting_leaves_nothing(tmp_path: Path) -> None:
    records = Records(tmp_path / "lab")
    with records.lock():
        records.write(LAB)
        records.write_laptop(SLOT, LaptopRecord(Mode.NS, "/cache/base"))
        records.pool_file.write_text("x")
        records.forget()

    assert list(tmp_path.iterdir()) == []


def test_forgetting_spares_what_somebody_else_put_there(tmp_path: Path) -> None:
    records = Records(tmp_path / "lab")
    with records.lock():
        records.write(LAB)
        (tmp_path / "lab" / "notes.txt").write_text("mine")
        records.forget()

    assert [path.name for path in (tmp_path / "lab").iterdir()] == ["notes.txt"]


def _hold_then_forget(folder: Path, answers: Connection) -> None:
    records = Records(folder)
    with records.lock():
        answers.send("held")
        answers.recv()
        records.forget()


def test_whoever_waited_for_a_lab_taken_down_gets_a_folder_that_exists(tmp_path: Path) -> None:
    spawn = multiprocessing.get_context("spawn")
    ours, theirs = spawn.Pipe()
    other = spawn.Process(target=_hold_then_forget, args=(tmp_path / "lab", theirs))
    other.start()
    try:
        assert ours.recv() == "held"
        ours.send("go on")
        with Records(tmp_path / "lab").lock():
            assert (tmp_path / "lab").is_dir()
    finally:
        other.join(30)
    assert other.exitcode == 0
