"""Asking the webserver to load the code location anew, so that a saved connection appears by itself."""

import os

from hub.errors import HubError
from hub.http import Client

ADDRESS = "MUSTER_DAGSTER_URL"
PRESS = "On the page Deployment, press Reload."
_ASK = """mutation($name: String!) { reloadRepositoryLocation(repositoryLocationName: $name) {
  __typename ... on WorkspaceLocationEntry { locationOrLoadError { __typename } } } }"""


def ask_reload(location: str | None) -> str:
    """What became of it, as a sentence; never raises, since the connection is saved already."""
    address = os.environ.get(ADDRESS, "")
    if not address or not location:
        return f"Saved. {PRESS}"
    try:
        with Client(address) as client:
            answer = client.write("POST", "graphql", json={"query": _ASK, "variables": {"name": location}}).json()
    except (HubError, ValueError) as error:
        return f"Saved. The webserver at {ADDRESS} did not reload ({type(error).__name__}). {PRESS}"
    return "Saved and loaded." if _loaded(answer) else f"Saved. The webserver refused to reload. {PRESS}"


def _loaded(answer: object) -> bool:
    entry = answer
    for name in ("data", "reloadRepositoryLocation", "locationOrLoadError"):
        entry = entry.get(name) if isinstance(entry, dict) else None
    return isinstance(entry, dict) and entry.get("__typename") == "RepositoryLocation"
