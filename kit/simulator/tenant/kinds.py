"""Owns which properties each kind of directory object has, who may write them, and what a read gives.

Names and defaults are those of the Graph v1.0 reference (user, group, administrativeUnit). A property
that is not listed does not exist for the simulator and is refused as the service refuses a misspelt one.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from kit.simulator.tenant.answers import bad_request


@dataclass(frozen=True)
class Kind:
    """Properties by JSON type; `default` is what a read gives without `$select` (empty: everything)."""

    name: str
    writable: Mapping[str, type]
    read_only: Mapping[str, type]
    default: tuple[str, ...] = ()
    required: tuple[str, ...] = ()
    #: what `$orderby` and `$search` take
    sortable: tuple[str, ...] = ()
    searchable: tuple[str, ...] = ()
    properties: Mapping[str, type] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "properties", {**self.read_only, **self.writable})

    @property
    def odata_type(self) -> str:
        """The annotation that tells kinds apart in a mixed collection."""
        return f"#microsoft.graph.{self.name[0].lower()}{self.name[1:]}"

    def check(self, body: Mapping[str, Any], *, creating: bool, links: Collection[str] = ()) -> None:
        """Refuse an unknown, read-only, ill-typed or missing property; `links` are allowed too."""
        for name, value in body.items():
            if name in links or name == "@odata.type":
                continue
            self._check_property(name, value)
        for name in self.required:
            if (creating or name in body) and body.get(name) in (None, ""):
                raise bad_request(f"A value is required for property '{name}' of resource '{self.name}'.")

    def _check_property(self, name: str, value: Any) -> None:
        if name in self.read_only:
            raise bad_request(f"Property '{name}' of resource '{self.name}' is read-only.")
        if name not in self.writable:
            raise bad_request(f"Property '{name}' does not exist on resource '{self.name}'.")
        if value is not None and not isinstance(value, self.writable[name]):
            raise bad_request(f"Invalid value specified for property '{name}' of resource '{self.name}'.")

    def shape(self, document: Mapping[str, Any], select: Collection[str]) -> dict[str, Any]:
        """The selected properties, else the default ones; absent values as null or []."""
        names = select or self.default or self.properties
        return {name: document.get(name, [] if self.properties[name] is list else None) for name in names}


USER = Kind(
    "User",
    writable={
        "accountEnabled": bool, "ageGroup": str, "businessPhones": list, "city": str, "companyName": str,
        "consentProvidedForMinor": str, "country": str, "department": str, "displayName": str,
        "employeeHireDate": str, "employeeId": str, "employeeOrgData": dict, "employeeType": str,
        "faxNumber": str, "givenName": str, "identities": list, "jobTitle": str, "mail": str,
        "mailNickname": str, "mobilePhone": str, "officeLocation": str, "onPremisesExtensionAttributes": dict,
        "otherMails": list, "passwordPolicies": str, "passwordProfile": dict, "postalCode": str,
        "preferredDataLocation": str, "preferredLanguage": str, "showInAddressList": bool, "state": str,
        "streetAddress": str, "surname": str, "usageLocation": str, "userPrincipalName": str, "userType": str,
    },
    read_only={
        "id": str, "deletedDateTime": str, "assignedLicenses": list, "assignedPlans": list,
        "createdDateTime": str, "creationType": str, "imAddresses": list, "lastPasswordChangeDateTime": str,
        "licenseAssignmentStates": list, "onPremisesSyncEnabled": bool, "provisionedPlans": list,
        "proxyAddresses": list, "securityIdentifier": str, "signInSessionsValidFromDateTime": str,
    },
    default=(
        "businessPhones", "displayName", "givenName", "id", "jobTitle", "mail", "mobilePhone",
        "officeLocation", "preferredLanguage", "surname", "userPrincipalName",
    ),
    required=("accountEnabled", "displayName", "mailNickname", "userPrincipalName", "passwordProfile"),
    sortable=("displayName", "userPrincipalName"),
    searchable=(
        "displayName", "givenName", "surname", "mail", "mailNickname", "mobilePhone", "userPrincipalName",
    ),
)  # fmt: skip

GROUP = Kind(
    "Group",
    writable={
        "allowExternalSenders": bool, "autoSubscribeNewMembers": bool, "classification": str,
        "description": str, "displayName": str, "groupTypes": list, "hideFromAddressLists": bool,
        "hideFromOutlookClients": bool, "isAssignableToRole": bool, "mailEnabled": bool, "mailNickname": str,
        "preferredDataLocation": str, "preferredLanguage": str, "resourceBehaviorOptions": list,
        "securityEnabled": bool, "theme": str, "uniqueName": str, "visibility": str,
    },
    read_only={
        "id": str, "deletedDateTime": str, "assignedLicenses": list, "createdDateTime": str,
        "expirationDateTime": str, "mail": str,
        "membershipRule": str, "membershipRuleProcessingState": str, "onPremisesProvisioningErrors": list,
        "onPremisesSyncEnabled": bool, "proxyAddresses": list, "renewedDateTime": str,
        "resourceProvisioningOptions": list, "securityIdentifier": str, "serviceProvisioningErrors": list,
    },
    default=(
        "id", "deletedDateTime", "classification", "createdDateTime", "description", "displayName",
        "expirationDateTime", "groupTypes", "isAssignableToRole", "mail", "mailEnabled", "mailNickname",
        "membershipRule", "membershipRuleProcessingState", "onPremisesProvisioningErrors",
        "onPremisesSyncEnabled", "preferredDataLocation", "preferredLanguage", "proxyAddresses",
        "renewedDateTime", "resourceBehaviorOptions", "resourceProvisioningOptions", "securityEnabled",
        "securityIdentifier", "serviceProvisioningErrors", "theme", "uniqueName", "visibility",
    ),
    required=("displayName", "mailEnabled", "mailNickname", "securityEnabled"),
    sortable=("displayName",),
    searchable=("displayName", "description", "mail", "mailNickname"),
)  # fmt: skip

UNIT = Kind(
    "AdministrativeUnit",
    writable={
        "description": str, "displayName": str, "isMemberManagementRestricted": bool, "membershipRule": str,
        "membershipRuleProcessingState": str, "membershipType": str, "visibility": str,
    },
    read_only={"id": str, "deletedDateTime": str},
    default=(
        "id", "deletedDateTime", "description", "displayName", "isMemberManagementRestricted",
        "membershipRule", "membershipRuleProcessingState", "membershipType", "visibility",
    ),
    required=("displayName",),
    sortable=("displayName",),
    searchable=("displayName", "description"),
)  # fmt: skip
