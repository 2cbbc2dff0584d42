"""What is stored: systems, areas, who is in them, what is on, and where each fact came from."""

from systems.models.areas import Area, AreaAlias, AreaCode, AreaPeriod
from systems.models.data_versions import ContentVersion, GazetteerVersion
from systems.models.deletions import Deletion
from systems.models.editors import Editorship
from systems.models.leaders import Cluster, Leader
from systems.models.links import LinkCheck
from systems.models.loading import LoadedRow
from systems.models.organisations import (
    CouncilArea,
    FormerCouncil,
    Membership,
    Organisation,
    OrganisationAlias,
    OrganisationSuccession,
)
from systems.models.permanent_url import FormerSlug
from systems.models.reports import Report
from systems.models.schemes import Audience, Scheme, Topic, Way
from systems.models.signin import OneTimePassword, RecoveryCode, SignInTry
from systems.models.sources import Dataset, Source
from systems.models.systems import Contact, Succession, System, SystemAlias, SystemCode, SystemName
from systems.models.terms import Term
from systems.models.uploads import Upload, UploadedRow

__all__ = [
    "Area",
    "AreaAlias",
    "AreaCode",
    "AreaPeriod",
    "Audience",
    "Cluster",
    "Contact",
    "ContentVersion",
    "CouncilArea",
    "Dataset",
    "Deletion",
    "Editorship",
    "FormerCouncil",
    "FormerSlug",
    "GazetteerVersion",
    "Leader",
    "LinkCheck",
    "LoadedRow",
    "Membership",
    "OneTimePassword",
    "Organisation",
    "OrganisationAlias",
    "OrganisationSuccession",
    "RecoveryCode",
    "Report",
    "Scheme",
    "SignInTry",
    "Source",
    "Succession",
    "System",
    "SystemAlias",
    "SystemCode",
    "SystemName",
    "Term",
    "Topic",
    "Upload",
    "UploadedRow",
    "Way",
]
