"""The Golden set page: which dataset and version one looks at, what is in it, and what changed since the one before."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from analysis.golden import dataset, formats
from analysis.golden.splits import SHARES, SPLITS, split
from analysis.state import golden
from app import privacy, runtime, states, units, words
from app.import_report import moment
from app.sizes import counted
from app.text import escape, log_text, plain_label

if TYPE_CHECKING:
    from collections.abc import Mapping

    from analysis.golden.dataset import Diff
    from analysis.golden.item import Item
    from analysis.state.golden import Version

SET, VERSION = "set", "version"
"""The link's parameters."""
SHOWN = 8
"""Items that are shown of those that came, went or changed."""
LETTERS = 300
LEFT_OUT = {
    "same": "asked the same as another", "near": "asked nearly the same as another", "over": "over the most it takes",
}  # fmt: skip
KINDS = {
    "correction": "corrected", "import": "imported", "label": "called good by reviewers", "feedback": "liked by users",
}  # fmt: skip
"""What the expected answers are, by where they come from."""
_ALL = "all"
_PARTS = {_ALL: "All of it", "train": "Train", "validation": "Validation", "test": "Test"}
_HELP = (
    "A part for training shares no conversation, and no nearly equal question, with the others. "
    "The same version is always parted alike by the same shares. What is left of train and validation is for the test."
)


def begin() -> Version | None:
    """Draw the title and the choice of dataset and version; None, with a word, where there is none."""
    st.title("Golden set")
    state = runtime.current().state
    newest = {one.dataset: one for one in golden.datasets(state)}
    if not newest:
        with st.container(key="lead"):
            st.markdown(
                "A golden set holds what should be answered: people's corrections, and answers that they called good. "
                "It grows with their labels, is frozen in versions, tells whether a new model or prompt answers worse, "
                "and leaves as a file for fine-tuning."
            )
        return None
    datasets = {name: name for name in newest}
    name = _asked(SET, "dataset", datasets)
    known = {str(one.number): one for one in golden.versions(state, name)}
    versions = {number: f"Version {number}, {moment(one.made)}" for number, one in known.items()}
    number = _asked(VERSION, "version", versions)
    with st.container(key="golden-choice", horizontal=True, vertical_alignment="bottom", gap="small"):
        _choice("Dataset", SET, datasets, name)
        _choice("Version", VERSION, versions, number)
        _download(known[number])
    return known[number]


def head(version: Version) -> None:
    """Say what is in a version, where it comes from, and what changed."""
    st.subheader(escape(f"{counted(len(version.rows), 'item')}: {_kinds(version)}", limit=160))
    st.caption(escape(_made(version), limit=900))
    earlier = [one for one in golden.versions(runtime.current().state, version.dataset) if one.number < version.number]
    if earlier:
        _changed(earlier[0], version)


def items(version: Version) -> list[Item]:
    """Read the items of a version; it never changes, so it is remembered."""
    return _items(runtime.current().state.address, version.id)


@st.cache_resource(max_entries=8, show_spinner=False)
def _items(address: str, id: int) -> list[Item]:
    state = runtime.current().state
    return dataset.items(state, golden.by_id(state, id))


def _asked(parameter: str, what: str, options: Mapping[str, str]) -> str:
    """Give the option that the link asks for, else the first, and a word where it asks for what is not there."""
    asked, first = st.query_params.get(parameter, ""), next(iter(options))
    if asked and asked not in options:
        states.gone(f"{what} {asked}", options[first])
    return asked if asked in options else first


def _choice(label: str, parameter: str, options: Mapping[str, str], chosen: str) -> None:
    """Draw the choice of one of some options, by their names in the link with their titles."""
    key = f"golden-{parameter}"
    st.session_state[key] = chosen
    st.selectbox(
        escape(label), list(options), key=key, format_func=lambda one: plain_label(options[one]),
        on_change=_picked, args=(parameter, key), width=280,
    )  # fmt: skip


def _picked(parameter: str, key: str) -> None:
    st.query_params[parameter] = st.session_state[key]
    for other in (VERSION, "run") if parameter == SET else ("run",):
        st.query_params.pop(other, None)


def _download(version: Version) -> None:
    with st.popover("Download", help="For fine-tuning, for a spreadsheet, or to keep"):
        shares = _shares()
        part = st.radio("Which part", list(_PARTS), format_func=_PARTS.__getitem__, key="golden-part", help=_HELP)
        if part != _ALL and part not in shares:
            st.markdown("By these shares nothing is in this part.")
            return
        for format, title in formats.TITLES.items():
            st.download_button(
                escape(title), partial(_content, version, format, part, shares), key=f"golden-download-{format}",
                file_name=f"golden-{version.number}-{part}-{format}.{formats.ending(format)}",
                on_click="ignore", type="tertiary",
            )  # fmt: skip
        st.caption("What a format has no place for is left out: preference pairs are made of corrections alone.")


def _shares() -> dict[str, float]:
    """Ask for the share of each part; one of nothing is none."""
    usual = {name: round(100 * share) for name, share in SHARES.items()}
    with st.container(horizontal=True, gap="small"):
        train = st.number_input("Train, %", 1, 100, usual["train"], key="golden-train", width=110)
        most = 100 - int(train)
        validation = st.number_input("Validation, %", 0, most, min(usual["validation"], most),
                                     key=f"golden-validation-{most}", width=130)  # fmt: skip
    rest = most - int(validation)
    st.caption(escape(f"Test: {rest}{units.THIN}%"))
    parts = zip(SPLITS, (int(train), int(validation), rest), strict=True)
    return {name: share / 100 for name, share in parts if share}


def _content(version: Version, format: str, part: str, shares: dict[str, float]) -> bytes:
    found = split(items(version), shares)[part] if part in shares else items(version)
    return formats.write(found, format, change=privacy.masked if privacy.hides() else None).content


def _kinds(version: Version) -> str:
    return words.listed([f"{count:,} {KINDS[kind]}" for kind, count in version.recipe.get("kinds", {}).items()])


def _made(version: Version) -> str:
    recipe, by = version.recipe, f"by {version.who}, {moment(version.made)}"
    if recipe.get("how") == "imported":
        return f"Version {version.number}, imported from {recipe.get('file')} {by}. Hash {version.hash[:12]}."
    taken = [f"answers with {words.listed(recipe['good'])}"] if recipe.get("good") else []
    taken += ["corrections"] if recipe.get("corrections") else []
    taken += ["answers that users liked"] if recipe.get("feedback") else []
    left = [f"{count:,} {LEFT_OUT[why]}" for why, count in recipe.get("left_out", {}).items() if count]
    return (
        f"Version {version.number}, built {by}: {words.listed(taken)}, from {recipe.get('sentence')}."
        f"{f' Left out: {words.listed(left)}.' if left else ''} Hash {version.hash[:12]}."
    )


def _changed(before: Version, now: Version) -> None:
    found = dataset.diff(items(before), items(now))
    came, went, other = (len(part) for part in (found.added, found.removed, found.changed))
    said = f"{counted(came, 'item')} came, {went:,} went, {other:,} changed"
    with st.expander(escape(f"Since version {before.number}: {said}", limit=200), type="compact"):
        _differences(found)


def _differences(found: Diff) -> None:
    for title, some in (("Came", found.added), ("Went", found.removed)):
        if some:
            st.caption(escape(f"{title}: {len(some):,}" + (f", of which {SHOWN}" if len(some) > SHOWN else "")))
        for item in some[:SHOWN]:
            with st.container(key=f"golden-row-{title.lower()}-{item.id}"):
                _pair(item.prompt, item.expected)
    if found.changed:
        st.caption("Another answer is expected: before, and now")
    for old, new in found.changed[:SHOWN]:
        with st.container(key=f"golden-row-changed-{new.id}"):
            log_text(brief(new.prompt))
            _pair(old.expected, new.expected)


def _pair(left: str, right: str) -> None:
    """Set two texts beside each other, each shortened."""
    first, second = st.columns(2, gap="medium")
    with first:
        log_text(brief(left))
    with second:
        log_text(brief(right))


def brief(text: str, *, letters: int = LETTERS) -> str:
    """Shorten a text, and say that it goes on."""
    whole = privacy.for_reader(text)
    return f"{whole[:letters].strip()} …" if len(whole) > letters else whole
