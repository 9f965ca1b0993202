"""Owns which of the simulator's requests are walked in a file beside `test_simulator_answers`."""

from kit.simulator.tenant import (
    assignments,
    audit,
    changes,
    conditional_access,
    copies,
    domains,
    drive_changes,
    exchange,
    health,
    intune,
    libraries,
    mail,
    managers,
    passes,
    recycle,
    sending,
    settings,
    sharing,
    team_members,
    threads,
    units,
    uploads,
)

_NOUNS = (
    assignments, audit, changes, conditional_access, domains, health, intune, managers, passes, settings,
    units,
)  # fmt: skip
#: Users, groups, devices and administration: `test_directory_answers`.
DIRECTORY = {(route.method, route.template) for noun in _NOUNS for route in noun.ROUTES} | {
    ("POST", "/users/{user-id}/revokeSignInSessions"),
    ("POST", "/users/{user-id}/restore"),
    ("POST", "/groups/{group-id}/restore"),
    ("POST", "/groups/{group-id}/retryServiceProvisioning"),
    ("POST", "/directory/deletedItems/{directoryObject-id}/restore"),
    ("GET", "/directoryObjects/{directoryObject-id}"),
    ("PATCH", "/organization/{organization-id}"),
}
_WORKING = (
    copies, drive_changes, exchange, libraries, mail, recycle, sending, sharing, team_members, threads,
    uploads,
)  # fmt: skip
_FOLDER = "/users/{user-id}/mailFolders/{mailFolder-id}"
_ITEM = "/drives/{drive-id}/items/{driveItem-id}"
_PATH = "/drives/{drive-id}/root:/{item-path}"
_CHANNEL = "/teams/{team-id}/channels/{channel-id}"
#: Mail, files, Teams at work: `test_mail_and_file_answers`.
MAIL_AND_FILES = {(route.method, route.template) for noun in _WORKING for route in noun.ROUTES} | {
    ("POST", "/users/{user-id}/mailFolders"),
    ("GET", "/users/{user-id}/mailFolders/delta()"),
    ("DELETE", _FOLDER),
    ("POST", f"{_FOLDER}/permanentDelete"),
    ("GET", f"{_FOLDER}/childFolders"),
    ("POST", f"{_FOLDER}/childFolders"),
    ("GET", f"{_PATH}:/content"),
    ("PUT", f"{_PATH}:/content"),
    ("GET", f"{_ITEM}/content"),
    ("PUT", f"{_ITEM}/content"),
    ("GET", f"{_ITEM}/versions"),
    ("GET", f"{_ITEM}/versions/{{driveItemVersion-id}}/content"),
    ("GET", "/users/{user-id}/drive"),
    ("GET", "/groups/{group-id}/sites"),
    ("GET", "/sites"),
    ("GET", "/sites/delta()"),
    ("POST", "/teams/{team-id}/archive"),
    ("GET", "/teams/{team-id}/operations"),
    ("GET", _CHANNEL),
    ("DELETE", _CHANNEL),
}
