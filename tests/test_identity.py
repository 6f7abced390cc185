"""Who is looking: a local user by default, the identity provider's word where there is one."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from app import identity
from app.identity import Identity


def show() -> None:
    import streamlit as st

    from app import identity

    who = identity.current()
    st.text(f"{who.name}|{','.join(sorted(who.roles))}")


def shown(user: dict[str, object] | None) -> str:
    page = AppTest.from_function(show)
    if user is not None:
        page.user = user
    return page.run().text[0].value


def test_without_sign_on_the_local_user_may_do_everything(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("AFTERWORD_USER", "ana")
    assert shown(None) == "ana|analyst,engineer,manager,reviewer"


def test_the_operating_system_names_the_local_user(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("AFTERWORD_USER", raising=False)
    monkeypatch.setattr("getpass.getuser", lambda: "ben")
    assert identity.local().name == "ben"


def test_a_user_number_without_a_name(monkeypatch: pytest.MonkeyPatch):
    def nameless() -> str:
        raise KeyError

    monkeypatch.delenv("AFTERWORD_USER", raising=False)
    monkeypatch.setattr("getpass.getuser", nameless)
    assert identity.local().name.startswith("user ")


def test_a_signed_in_user_has_the_roles_of_the_claim():
    claims = {"is_logged_in": True, "email": "cy@example.org", "roles": ["reviewer", "something else"]}
    assert shown(claims) == "cy@example.org|reviewer"


def test_someone_not_signed_in_is_nobody():
    assert shown({"is_logged_in": False}) == "|"


@pytest.mark.parametrize(
    ("claims", "expected"),
    [
        ({"sub": "17", "groups": "manager"}, Identity("17", frozenset({"manager"}))),
        ({"name": "Di", "sub": "17"}, Identity("Di", frozenset())),
        (
            {"name": "Di", "roles": None, "groups": ["analyst", "engineer"]},
            Identity("Di", frozenset({"analyst", "engineer"})),
        ),
    ],
)
def test_claims(claims: dict[str, object], expected: Identity):
    assert identity.signed_in(claims) == expected
