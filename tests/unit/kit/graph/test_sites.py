"""The group's site and its folders, in the simulated tenant."""

from pathlib import Path

import httpx
import pytest

from kit.graph import groups, sites
from kit.graph.errors import GraphForbidden, NotYet
from tests.unit.kit.graph.conftest import LiveTenant
from tests.unit.kit.graph.support import ScriptedTenant, VirtualTime, batch_answer, refusal, steps
from tests.unit.kit.graph.test_groups import people, spec

FOLDERS = ("01 Journal de crise", "02 Décisions", "03 État civil & élections")


def test_a_group_gets_its_site_and_folders_and_a_second_run_writes_nothing(live: LiveTenant) -> None:
    group = groups.ensure_group(live.graph, spec(people(live, 1)))
    site = sites.wait_site(live.graph, group, deadline_s=30)
    assert site.web_url.startswith("https://")
    sites.ensure_folders(live.graph, site.drive_id, FOLDERS)
    assert sorted(sites.folders(live.graph, site.drive_id)) == sorted(FOLDERS)
    live.recorder.requests.clear()
    assert sites.wait_site(live.graph, group, deadline_s=30) == site
    sites.ensure_folders(live.graph, site.drive_id, [name.upper() for name in FOLDERS])
    assert live.recorder.writes() == []


def test_only_what_is_missing_is_added(live: LiveTenant) -> None:
    group = groups.ensure_group(live.graph, spec(people(live, 1)))
    drive = sites.wait_site(live.graph, group, deadline_s=30).drive_id
    sites.ensure_folders(live.graph, drive, FOLDERS[:1])
    live.recorder.requests.clear()
    sites.ensure_folders(live.graph, drive, FOLDERS)
    assert len(live.recorder.writes()) == 2
    assert sorted(sites.folders(live.graph, drive)) == sorted(FOLDERS)


def always(answer: httpx.Response) -> ScriptedTenant:
    """A tenant that answers every request so."""
    return ScriptedTenant(lambda request: batch_answer({step["id"]: answer for step in steps(request)}))


def test_a_site_that_does_not_come_is_said_at_the_deadline(
    application: tuple[Path, Path], time: VirtualTime
) -> None:
    tenant = always(refusal(404, "itemNotFound"))
    with tenant.graph(application, time) as graph, pytest.raises(NotYet, match="site"):
        sites.wait_site(graph, "g", deadline_s=3600)
    assert time.seconds == pytest.approx(3600)
    assert max(time.waits) == pytest.approx(60)


def test_what_a_look_took_is_part_of_the_pause_after_it(
    application: tuple[Path, Path], time: VirtualTime
) -> None:
    looks = 0

    def slow(request: httpx.Request) -> httpx.Response:
        nonlocal looks
        looks += 1
        time.seconds += sites.PAUSES[0] / 2
        here = httpx.Response(200, json={"id": "x", "webUrl": "https://x"})
        answer = here if looks == 3 else refusal(404, "itemNotFound")
        return batch_answer({step["id"]: answer for step in steps(request)})

    with ScriptedTenant(slow).graph(application, time) as graph:
        assert sites.wait_site(graph, "g", deadline_s=60).drive_id == "x"
    assert time.waits == pytest.approx([sites.PAUSES[0] * 0.5, sites.PAUSES[0] * (1.2 - 0.5)])


def test_a_missing_permission_is_not_waited_for(application: tuple[Path, Path], time: VirtualTime) -> None:
    tenant = always(refusal(403, "accessDenied"))
    with tenant.graph(application, time) as graph, pytest.raises(GraphForbidden) as caught:
        sites.wait_site(graph, "g", deadline_s=3600)
    assert "Sites.ReadWrite.All" in caught.value.hint
    assert time.waits == []
