"""The state store's tables: what people say and do, which no export can bring back.

Rows are added and not changed; where an answer may change, the newest row holds. The exceptions are plain facts that
arrive later: how a job went, who took a note or a silence back, who holds an item to label it and the draft of that
label, what became of a message in the outbox, how far a rule was checked. Times are UTC without a zone, as everywhere.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Float,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

mappings = Table(
    "mappings",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String(200), nullable=False),
    Column("signature", String(64), nullable=False),  # of the names of the source's fields
    Column("mapping", JSON, nullable=False),  # record column -> source column; empty retires the name
    Column("who", String(200), nullable=False),
    Column("made", DateTime, nullable=False),
    Index(None, "name"),
    Index(None, "signature"),
)

notes = Table(
    "notes",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("time", DateTime, nullable=False),  # the moment it marks
    Column("kind", String(20), nullable=False),  # release, incident or note
    Column("text", Text, nullable=False),
    Column("who", String(200), nullable=False),
    Column("made", DateTime, nullable=False),
    Column("retracted", DateTime),
    Column("retracted_by", String(200)),
    Index(None, "time"),
)

views = Table(
    "views",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String(200), nullable=False),
    Column("page", String(100), nullable=False),
    Column("query", JSON),  # the link's query parameters; null takes the view away
    Column("who", String(200), nullable=False),
    Column("made", DateTime, nullable=False),
    Index(None, "name"),
)

jobs = Table(
    "jobs",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", String(50), nullable=False),
    Column("arguments", JSON, nullable=False),
    Column("state", String(20), nullable=False),
    Column("progress", JSON),
    Column("result", JSON),
    Column("error", Text),
    Column("who", String(200), nullable=False),
    Column("owner", String(400), nullable=False),  # machine and workspace whose process runs it
    Column("created", DateTime, nullable=False),
    Column("started", DateTime),
    Column("finished", DateTime),
    Index(None, "owner", "state"),
)

settings = Table(
    "settings",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("key", String(200), nullable=False),
    Column("value", JSON),  # null takes the setting back to its default
    Column("who", String(200), nullable=False),
    Column("made", DateTime, nullable=False),
    Index(None, "key"),
)

topic_edits = Table(
    "topic_edits",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("of", String(20), nullable=False),  # the column whose map it is
    Column("kind", String(20), nullable=False),  # rename, names, merge, split, or take back
    Column("body", JSON, nullable=False),
    Column("who", String(200), nullable=False),
    Column("made", DateTime, nullable=False),
    Index(None, "of"),
)

rubrics = Table(
    "rubrics",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String(200), nullable=False),
    Column("version", Integer, nullable=False),
    Column("body", JSON, nullable=False),
    Column("who", String(200), nullable=False),
    Column("made", DateTime, nullable=False),
    UniqueConstraint("name", "version", name="uq_rubrics_name_version"),
)

queues = Table(
    "queues",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String(200), nullable=False),
    Column("rubric", String(200), nullable=False),
    Column("rubric_version", Integer, nullable=False),
    Column("reviewers", Integer, nullable=False),  # how many different people label an item
    Column("plan", JSON, nullable=False),  # how it was drawn: frame, seed, strata, sizes
    Column("who", String(200), nullable=False),
    Column("made", DateTime, nullable=False),
    UniqueConstraint("name", name="uq_queues_name"),
)

items = Table(
    "items",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("queue", Integer, nullable=False),
    Column("place", Integer, nullable=False),  # in a random order
    Column("record_id", String(200), nullable=False),  # or a name of its own, where labels came without a record
    Column("arm", String(20), nullable=False),  # plan, random, gold, attention or imported
    Column("stratum", Text),
    Column("probability", Float),  # of having been drawn; null where it is unknown
    Column("expected", JSON),  # the answers of a gold or attention item
    UniqueConstraint("queue", "place", name="uq_items_queue_place"),
    UniqueConstraint("queue", "record_id", name="uq_items_queue_record_id"),
)

slots = Table(
    "slots",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("item", Integer, nullable=False),
    Column("slot", Integer, nullable=False),  # from 1 to the queue's number of reviewers
    Column("who", String(200), nullable=False),
    Column("until", DateTime),  # null once the label is in; after this time another person may take it
    UniqueConstraint("item", "slot", name="uq_slots_item_slot"),
    UniqueConstraint("item", "who", name="uq_slots_item_who"),
    Index(None, "who", "until"),
)

drafts = Table(
    "drafts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("item", Integer, nullable=False),
    Column("who", String(200), nullable=False),
    Column("answers", JSON, nullable=False),
    Column("made", DateTime, nullable=False),
    UniqueConstraint("item", "who", name="uq_drafts_item_who"),
)

labels = Table(
    "labels",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("queue", Integer, nullable=False),
    Column("item", Integer, nullable=False),
    Column("record_id", String(200), nullable=False),
    Column("who", String(200), nullable=False),
    Column("made", DateTime, nullable=False),
    Column("kind", String(20), nullable=False),  # submit, skip, flag, comment, undo, adjudicate, reveal
    Column("rubric_version", Integer, nullable=False),
    Column("answers", JSON),
    Column("before", JSON),  # the same person's answers before, of an adjudication the decision before
    Column("seconds", Float),
    Column("reason", String(40)),  # of a skip
    Column("note", Text),
    Column("undoes", Integer),  # the event that an undo takes back
    Index(None, "queue", "id"),
    Index(None, "item"),
)

golden_items = Table(
    "golden_items",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("dataset", String(200), nullable=False),
    Column("item", String(32), nullable=False),  # the same for the same question
    Column("hash", String(64), nullable=False),  # of the body
    Column("body", JSON, nullable=False),
    Column("who", String(200), nullable=False),
    Column("made", DateTime, nullable=False),
    Index(None, "dataset", "hash"),
)

golden_versions = Table(
    "golden_versions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("dataset", String(200), nullable=False),
    Column("number", Integer, nullable=False),
    Column("hash", String(64), nullable=False),  # of all that it holds
    Column("rows", JSON, nullable=False),  # ids of golden_items
    Column("recipe", JSON, nullable=False),  # how it was made, and what was left out
    Column("who", String(200), nullable=False),
    Column("made", DateTime, nullable=False),
    UniqueConstraint("dataset", "number"),
)

golden_runs = Table(
    "golden_runs",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("dataset", String(200), nullable=False),
    Column("number", Integer, nullable=False),  # of the version
    Column("name", String(200), nullable=False),  # what answered: a model, a prompt, a file
    Column("verdict", String(40), nullable=False),
    Column("result", JSON, nullable=False),
    Column("answers", JSON, nullable=False),  # item -> the new answer
    Column("who", String(200), nullable=False),
    Column("made", DateTime, nullable=False),
    Index(None, "dataset"),
)

audits = Table(
    "audits",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String(100), nullable=False),
    Column("version", Integer, nullable=False),
    Column("spec", Text, nullable=False),  # YAML
    Column("body", JSON, nullable=False),  # the report as it was frozen
    Column("sha256", String(64), nullable=False),  # of the data that it rests on
    Column("who", String(200), nullable=False),
    Column("made", DateTime, nullable=False),
    UniqueConstraint("name", "version"),
)

audit_signatures = Table(
    "audit_signatures",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("audit", Integer, nullable=False),
    Column("who", String(200), nullable=False),
    Column("words", Text, nullable=False),
    Column("made", DateTime, nullable=False),
    Index(None, "audit"),
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("key", String(200), nullable=False),  # of the alert
    Column("event", String(20), nullable=False),  # of the notice, or summary
    Column("sender", String(200), nullable=False),
    Column("notice", JSON, nullable=False),
    Column("made", DateTime, nullable=False),
    Column("state", String(20), nullable=False),  # waiting, sent, undelivered, perhaps, folded or dropped
    Column("tries", Integer, nullable=False),
    Column("next_try", DateTime, nullable=False),
    Column("until", DateTime, nullable=False),  # then it is given up
    Column("uncertain", Boolean, nullable=False),  # whether a try that broke off may have arrived
    Column("claim", String(32)),  # of the process that sends it or sent it last
    Column("claimed_until", DateTime),  # then that process is dead
    Column("ended", DateTime),
    Column("error", Text),
    Column("folded_into", Integer),  # the summary that tells of it
    Column("who", String(200)),  # who dropped it, or had it tried again
    UniqueConstraint("key", "event", "sender"),
    Index(None, "sender", "state"),
    Index(None, "folded_into"),
)

outbox_lanes = Table(
    "outbox_lanes",
    metadata,
    Column("sender", String(200), primary_key=True),
    Column("free", DateTime, nullable=False),  # from when on the next message may go
)

budgets = Table(
    "budgets",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String(200), nullable=False),
    Column("body", JSON),  # metric, amount, period and conditions; null ends it
    Column("who", String(200), nullable=False),
    Column("made", DateTime, nullable=False),
    Index(None, "name"),
)

alert_rules = Table(
    "alert_rules",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String(80), nullable=False),
    Column("body", JSON),  # null takes the rule away
    Column("who", String(200), nullable=False),
    Column("made", DateTime, nullable=False),
    Index(None, "name"),
)

alerts = Table(
    "alerts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("rule", String(80), nullable=False),
    Column("group", String(200), nullable=False),  # empty where the rule has none
    Column("start", DateTime, nullable=False),  # of the episode
    Column("late", String(20), nullable=False),  # how long after its time it was found: empty, late or history
    Column("body", JSON, nullable=False),  # the rule as it was, and what it saw
    Column("made", DateTime, nullable=False),
    UniqueConstraint("rule", "group", "start"),
)

alert_events = Table(
    "alert_events",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("alert", Integer, nullable=False),
    Column("kind", String(20), nullable=False),  # told, acknowledged, assigned, commented, resolved or reopened
    Column("once", String(40)),  # what happens once, however many look: the kind and which time
    Column("body", JSON),
    Column("who", String(200), nullable=False),
    Column("made", DateTime, nullable=False),
    UniqueConstraint("alert", "once"),
)

alert_checks = Table(
    "alert_checks",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("rule", String(80), nullable=False),
    Column("until", DateTime, nullable=False),  # the end of what was looked at
    Column("before", DateTime, nullable=False),  # what lies before is looked at again only where it has changed
    Column("records", BigInteger, nullable=False),  # that lay before
    Column("seen", BigInteger, nullable=False),  # records up to the end
    Column("body", String(64), nullable=False),  # hash of the rule
    Column("made", DateTime, nullable=False),
    UniqueConstraint("rule"),
)

alert_silences = Table(
    "alert_silences",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("rule", String(80)),  # null for all
    Column("group", String(200)),  # null for all
    Column("start", DateTime, nullable=False),
    Column("end", DateTime, nullable=False),
    Column("weekly", Integer, nullable=False),  # 1 where it comes again every week
    Column("reason", Text, nullable=False),
    Column("who", String(200), nullable=False),
    Column("made", DateTime, nullable=False),
    Column("lifted", DateTime),
    Column("lifted_by", String(200)),
)

release_events = Table(
    "release_events",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String(200), nullable=False),
    Column("app", String(200)),  # null: wherever the name is found, else everywhere
    Column("environment", String(200)),
    Column("kind", String(20), nullable=False),  # set, moved or taken back
    Column("time", DateTime),  # when it began; null of one taken back
    Column("note", Text, nullable=False),
    Column("source", String(20), nullable=False),  # said or imported
    Column("who", String(200), nullable=False),
    Column("made", DateTime, nullable=False),
    Index(None, "name"),
)
