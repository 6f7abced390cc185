"""Audits: what became of groups of people, compared by the test that fits, and reports that are kept and signed."""

from __future__ import annotations

from app import audit_form, audited, page

scope = page.begin("Audits")
audited.listed()
audit_form.draw(scope)
audited.shown()
