"""Who is looking. The one place that knows, so that single sign-on and roles need no change in any page."""

from __future__ import annotations

import getpass
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

ROLES: frozenset[str] = frozenset({"analyst", "reviewer", "manager", "engineer"})
"""What someone may be: who asks why, who labels, who reads the figures, who runs it."""

_NAME_CLAIMS = ("email", "preferred_username", "name", "sub")
_ROLE_CLAIMS = ("roles", "groups")


@dataclass(frozen=True)
class Identity:
    """A person: the name under which their work is kept, and their roles."""

    name: str
    roles: frozenset[str]

    def may(self, *roles: str) -> bool:
        """Whether the person has one of these roles."""
        return not self.roles.isdisjoint(roles)


NOBODY = Identity("", frozenset())
"""Someone who has not signed in where one has to."""


def local() -> Identity:
    """The person at this machine, ``$AFTERWORD_USER`` or the operating system's user, who may do everything."""
    return Identity(os.environ.get("AFTERWORD_USER") or _system_user(), ROLES)


def current() -> Identity:
    """Who looks at the page that is being drawn: the signed-in user where sign-on is configured, else :func:`local`."""
    import streamlit as st  # a command that draws no page need not wait for it

    claims = st.user.to_dict()
    if "is_logged_in" not in claims:  # there is no such claim where no sign-on is configured
        return local()
    return signed_in(claims) if claims["is_logged_in"] else NOBODY


def signed_in(claims: Mapping[str, object]) -> Identity:
    """The person whom an identity provider's claims name; roles are those of its ``roles`` or ``groups`` known here."""
    name = next((str(claims[key]) for key in _NAME_CLAIMS if claims.get(key)), "")
    given: set[str] = set()
    for key in _ROLE_CLAIMS:
        value = claims.get(key)
        given |= (
            {value} if isinstance(value, str) else set(map(str, value)) if isinstance(value, list | tuple) else set()
        )
    return Identity(name, frozenset(given) & ROLES)


def _system_user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a container may run under a number that has no name
        return f"user {os.getuid()}"
