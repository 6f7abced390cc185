"""No text of a log is drawn as Markdown or HTML.

The rule that this test holds every file to that imports Streamlit, in ``app/`` and ``pages/``:

1. Streamlit is imported as ``import streamlit as st`` and in no other way.
2. Elements are drawn as ``st.NAME(...)``, not as methods of a container: draw with ``with column:``.
3. Every ``st.NAME`` is in one of the lists below. A new one is put where it belongs after a look at what it draws.
4. An argument that Streamlit draws as Markdown is a literal of ours, or passes through ``escape``.
5. What draws HTML, or text from a log, is called by one module each: ``app/style.py`` and ``app/text.py``.
"""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

MARKDOWN: dict[str, tuple[int, frozenset[str]]] = {
    # How many of the first arguments, and which named ones, are drawn as Markdown.
    **dict.fromkeys(
        (
            "markdown", "caption", "title", "header", "subheader", "success", "info", "warning", "error", "toast",
            "badge",
        ),
        (1, frozenset({"body", "help"})),
    ),
    **dict.fromkeys(
        (
            "button", "download_button", "form_submit_button", "link_button", "page_link", "checkbox", "toggle",
            "selectbox", "multiselect", "text_input", "text_area", "number_input", "date_input", "time_input",
            "slider", "select_slider", "file_uploader", "expander", "popover", "spinner", "status", "dialog",
            "color_picker", "feedback", "data_editor", "menu_button", "datetime_input",
        ),
        (1, frozenset({"label", "help", "text", "title"})),
    ),
    # Their options are Markdown too, whether given or made by format_func.
    **dict.fromkeys(
        ("radio", "pills", "segmented_control", "tabs"),
        (2, frozenset({"label", "help", "options", "captions", "format_func", "tabs"})),
    ),
    "metric": (3, frozenset({"label", "value", "delta", "help", "delta_description"})),
    "progress": (2, frozenset({"text"})),
}  # fmt: skip

QUIET = frozenset({
    # Layout, state and control: nothing of a log is drawn.
    "__file__", "columns", "container", "grid", "space", "divider", "sidebar", "empty", "form", "bottom", "skeleton",
    "session_state", "query_params", "context", "user", "login", "logout", "cache_data", "cache_resource", "fragment",
    "rerun", "stop", "switch_page", "navigation", "Page", "set_page_config", "App", "secrets",
    # Charts and tables draw text as text: tried with image links in it.
    "altair_chart", "plotly_chart", "dataframe", "column_config", "json", "pagination",
})  # fmt: skip

ONLY_IN = {"html": "app/style.py", "text": "app/text.py", "code": "app/text.py"}

COMPONENTS_IN = tuple(f"app/charts/{name}.py" for name in ("selection", "timer", "topic_map", "topic_table"))
"""Where components of our own may be made; what their scripts draw is looked at below."""
MARKUP = ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "DOMParser", "eval(", "Function(", "srcdoc")
"""What makes markup or code of a text in a browser."""

# A column of these types would fetch or format what the log says.
COLUMNS = frozenset({"LinkColumn", "ImageColumn", "MarkdownColumn", "VideoColumn", "AudioColumn"})


def files() -> list[Path]:
    found = [*(ROOT / "app").rglob("*.py"), *(ROOT / "pages").rglob("*.py")]
    return sorted(path for path in found if "import streamlit" in path.read_text(encoding="utf-8"))


def violations(source: str, name: str = "pages/x.py") -> list[str]:
    """The lines of a file that break the rule, each with what is wrong."""
    tree = ast.parse(source)
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]
    modules = {name.asname or name.name for node in imports for name in node.names} - {"st"}
    found = [f"{node.lineno}: import it as `import streamlit as st`" for node in imports if not _plain_import(node)]
    if not any(isinstance(node, ast.Import) and node.names[0].name == "streamlit" for node in imports):
        return found
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            found += [f"{node.lineno}: {fault}" for fault in _faults(node, name, modules)]
        if isinstance(node, ast.Attribute) and _is_st(node.value) and node.attr == "components":
            if name not in COMPONENTS_IN:
                found.append(f"{node.lineno}: st.components is for {' and '.join(COMPONENTS_IN)} alone")
        elif isinstance(node, ast.Attribute) and _is_st(node.value) and node.attr not in KNOWN:
            found.append(f"{node.lineno}: st.{node.attr} is in no list of tests/test_text_rule.py")
    return found


KNOWN = MARKDOWN.keys() | QUIET | ONLY_IN.keys()


def _plain_import(node: ast.Import | ast.ImportFrom) -> bool:
    if isinstance(node, ast.Import):
        return all(name.name != "streamlit" or name.asname == "st" for name in node.names)
    module = (node.module or "").split(".")
    if module[0] != "streamlit":
        return True
    # What runs the app draws nothing.
    return module[1:2] in (["web"], ["runtime"]) or {name.name for name in node.names} <= {"config"}


def _is_st(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id == "st"


def _faults(call: ast.Call, name: str, modules: set[str]) -> list[str]:
    function = call.func
    faults = [
        f"{keyword.arg} is for app/style.py alone"
        for keyword in call.keywords
        if keyword.arg in ("unsafe_allow_html", "unsafe_allow_javascript") and name != "app/style.py"
    ]
    if not isinstance(function, ast.Attribute):
        return faults
    drawn = function.attr
    if drawn in COLUMNS:
        faults.append(f"{drawn} fetches or formats what a log says")
    if not _is_st(function.value):
        return [*faults, *_container_faults(function, call, modules)]
    if drawn in ONLY_IN and name != ONLY_IN[drawn] and not _ours(call.args[0]):
        faults.append(f"st.{drawn} is for {ONLY_IN[drawn]} alone")
    if any(isinstance(argument, ast.Starred) for argument in call.args) or any(k.arg is None for k in call.keywords):
        faults.append(f"st.{drawn}: write its arguments out, so that they can be checked")
    count, named = MARKDOWN.get(drawn, (0, frozenset()))
    first = 1 if drawn == "progress" else 0  # after the figure
    arguments = [*call.args[first:count], *(k.value for k in call.keywords if k.arg in named)]
    return faults + [
        f"st.{drawn} draws Markdown: {ast.unparse(argument)} needs escape()"
        for argument in arguments
        if not _ours(argument)
    ]


def _container_faults(function: ast.Attribute, call: ast.Call, modules: set[str]) -> list[str]:
    """Find elements drawn as methods of a container: of anything that is no module."""
    drawing = (MARKDOWN.keys() | ONLY_IN.keys() | {"write", "table", "latex"}) - {"text", "code", "title", "status"}
    owner = function.value
    if function.attr not in drawing or not call.args or (isinstance(owner, ast.Name) and owner.id in modules):
        return []
    return [f".{function.attr}(…) on a container: draw with `with`, as st.{function.attr}(…)"]


def _ours(node: ast.expr) -> bool:
    """Tell whether an expression holds our own words alone, or names that passed through escape."""
    if isinstance(node, ast.Constant):
        return True
    if isinstance(node, ast.Call):
        return _ours_called(node)
    if isinstance(node, ast.JoinedStr):
        return all(_ours(part) for part in node.values)
    if isinstance(node, ast.FormattedValue):
        return _ours(node.value) or _count(node)
    if isinstance(node, ast.IfExp):
        return _ours(node.body) and _ours(node.orelse)
    if isinstance(node, ast.BinOp):
        return _ours(node.left) and _ours(node.right)
    if isinstance(node, ast.List | ast.Tuple):
        return all(_ours(part) for part in node.elts)
    # A constant of the module, in capitals, is our own; so is what looks a word up in one.
    if isinstance(node, ast.Name):
        return node.id.isupper()
    if isinstance(node, ast.Attribute):
        return node.attr == "__getitem__" and _ours(node.value)
    return isinstance(node, ast.Subscript) and _ours(node.value)


def _ours_called(node: ast.Call) -> bool:
    """Tell it of a call: of escape, of list, or of a join of pieces each of which is ours."""
    if isinstance(node.func, ast.Attribute):
        pieces = [argument.elt for argument in node.args if isinstance(argument, ast.GeneratorExp)]
        return node.func.attr == "join" and len(pieces) == 1 and all(map(_ours, [node.func.value, *pieces]))
    name = node.func.id if isinstance(node.func, ast.Name) else ""
    return name == "escape" or (name == "list" and all(_ours(argument) for argument in node.args))


def _count(node: ast.FormattedValue) -> bool:
    """Tell whether a value is written as a whole number, which text would not survive."""
    spec = node.format_spec
    return isinstance(spec, ast.JoinedStr) and [getattr(part, "value", "") for part in spec.values] in ([","], ["d"])


@pytest.mark.parametrize("path", sorted((ROOT / "app").rglob("*.js")), ids=lambda path: path.name)
def test_no_script_makes_markup_or_code_of_a_text(path: Path):
    script = path.read_text(encoding="utf-8")
    assert [word for word in MARKUP if word in script] == []
    assert "textContent" in script


@pytest.mark.parametrize("path", files(), ids=lambda path: str(path.relative_to(ROOT)))
def test_the_rule_holds(path: Path):
    assert violations(path.read_text(encoding="utf-8"), str(path.relative_to(ROOT))) == []


@pytest.mark.parametrize(
    "line",
    [
        "st.markdown(record['prompt'])",
        "st.markdown(f'**{name}**')",
        "st.caption(text)",
        "st.subheader(name + '!')",
        "st.button(label=name)",
        "st.button('a', help=name)",
        "st.metric('Cost', value)",
        "st.selectbox(title, options)",
        "st.pills('Which', models)",
        "st.radio('Which', ['a'], format_func=lambda m: m)",
        "st.tabs(models)",
        "st.markdown(''.join(name for name in names))",
        "st.write(x)",
        "st.table(x)",
        "st.html(x)",
        "st.text(x)",
        "st.code(record)",
        "st.markdown('a', unsafe_allow_html=True)",
        "st.markdown(*texts)",
        "st.caption(**given)",
        "column.markdown(text)",
        "column.write(text)",
        "st.sidebar.caption(text)",
        "st.expander(record.title).caption('x')",
        "st.dataframe(x, column_config={'a': st.column_config.ImageColumn()})",
        "st.brand_new_element(x)",
    ],
)
def test_the_rule_is_broken_by(line: str):
    assert violations(f"import streamlit as st\n{line}\n")


@pytest.mark.parametrize(
    "line", ["from streamlit import markdown", "import streamlit", "import streamlit as x", "from streamlit import *"]
)
def test_the_rule_allows_one_way_of_importing(line: str):
    assert violations(f"{line}\n")


@pytest.mark.parametrize(
    "line",
    [
        "st.markdown('Our *own* words')",
        "st.markdown(escape(name))",
        "st.markdown(''.join(escape(name) for name in names))",
        "st.caption(f':red[{escape(name)}], {n:,} of {m:,}')",
        "st.button(WORDS)",
        "st.selectbox('Model', models)",
        "st.metric('Cost', escape(value))",
        "st.segmented_control('Period', PERIODS, format_func=WORDS.__getitem__)",
        "st.code('afterword import PATH')",
        "ledger.table(rows)",
    ],
)
def test_the_rule_allows(line: str):
    assert violations(f"from app.charts import ledger\nimport streamlit as st\n{line}\n") == []


def test_a_bare_expression_is_not_drawn():
    config = (ROOT / "app" / ".streamlit" / "config.toml").read_text(encoding="utf-8")
    assert "magicEnabled = false" in config
