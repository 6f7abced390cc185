"""Conversations: the records behind the figures, one record, a conversation, a trace, a user."""

from __future__ import annotations

from app import address, conversation, leaf, person, record, records

here, kind, id = address.read()
with leaf.turned(kind, id, here.turn if kind else here.start):
    if kind == "record":
        record.show(here, id)
    elif kind == "user":
        person.show(here, id)
    elif kind is not None:
        conversation.show(here, kind, id)
    else:
        records.browse(here)
