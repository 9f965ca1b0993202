"""What the lab refuses before it touches the machine."""

from pathlib import Path

import pytest

from inventory.errors import Unknown
from kit.errors import BadInput, MissingRequirement
from kit.simulator.lab import Lab


@pytest.fixture
def unmade(tmp_path: Path) -> Lab:
    """A lab of which nothing exists, under a name nobody uses."""
    return Lab(folder=tmp_path / "lab", base=tmp_path / "cache", name="cknone", network="10.254.253")


@pytest.mark.parametrize("count", [0, -1, 201])
def test_a_count_out_of_range_is_refused(unmade: Lab, count: int, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="1 to 200"):
        unmade.up(count, key=tmp_path / "key")
    assert list(tmp_path.iterdir()) == []


def test_a_lab_that_was_never_made_has_no_laptop_and_nothing_to_take_down(
    unmade: Lab, tmp_path: Path
) -> None:
    assert unmade.status() == ()
    assert unmade.pool_csv().count("\n") == 1
    unmade.down()
    assert list(tmp_path.iterdir()) == []


def test_a_laptop_that_was_never_made_is_unknown(
    unmade: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 0)
    with pytest.raises(Unknown, match="LT-0001"):
        unmade.stop("LT-0001")
    assert list(tmp_path.iterdir()) == []


def test_without_root_the_refusal_says_so_and_nothing_is_made(
    unmade: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    with pytest.raises(MissingRequirement, match="root privileges") as caught:
        unmade.up(1, key=tmp_path / "key")
    assert "root" in caught.value.hint
    assert list(tmp_path.iterdir()) == []
