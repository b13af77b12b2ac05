"""Who a registry without accounts serves: whoever runs it, on their own machine."""

from dataclasses import replace
from getpass import getuser

from registry_service.domain import limits
from registry_service.domain.access import ANYONE, Identity


def local_user() -> Identity:
    """Return whoever may do everything, by the name of the user who runs the registry.

    Without a name, as in a container whose user has none, they are anonymous.
    """
    try:
        name = getuser()
    except (KeyError, OSError):
        return ANYONE
    is_sound = 0 < len(name) <= limits.NAME and name.isprintable()
    return replace(ANYONE, name=name) if is_sound else ANYONE
