"""Owns the health of the services as Microsoft reports it: all of them work here, always."""

from kit.simulator.tenant.answers import Answer
from kit.simulator.tenant.calls import Call
from kit.simulator.tenant.odata import Collection, selected
from kit.simulator.tenant.permissions import HEALTH_READ
from kit.simulator.tenant.routing import Route
from kit.simulator.tenant.store import Row

_SERVICES = {
    "Exchange": "Exchange Online",
    "Intune": "Microsoft Intune",
    "OrgLiveID": "Identity Service",
    "SharePoint": "SharePoint Online",
    "microsoftteams": "Microsoft Teams",
}


def list_overviews(call: Call) -> Answer:
    """`GET /admin/serviceAnnouncement/healthOverviews`."""
    rows = [
        Row(place, {"id": key, "service": name, "status": "serviceOperational"})
        for place, (key, name) in enumerate(_SERVICES.items(), start=1)
    ]
    collection = Collection(
        "admin/serviceAnnouncement/healthOverviews",
        dict.fromkeys(("id", "service", "status"), str),
        lambda overview: selected(overview, call.query.select),
        directory=False,
    )
    return call.answer_page(collection, rows)


ROUTES = (Route("GET", "/admin/serviceAnnouncement/healthOverviews", list_overviews, HEALTH_READ),)
