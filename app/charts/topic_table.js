// The table of topics: sorted by any column, searched, a click on a name tells which. Texts are only ever set as textContent.

const FIRST = 20; // rows shown before all are asked for
const WIDE = 96, HIGH = 30; // pixels of a small trend

export default function ({ data, parentElement, setTriggerValue }) {
  const held = (parentElement.held ??= { by: 1, down: true, all: false, find: "" });
  const find = (name) => parentElement.querySelector(`[data-part=${name}]`);
  const head = find("head"), body = find("body"), more = find("more"), input = find("find");
  const { columns, rows } = data;
  if (held.by >= columns.length) held.by = 1;

  function cell(given) {
    const td = document.createElement("td");
    td.append(line("figure", given.text, given.tone), ...(given.below ? [line("below", given.below)] : []));
    return td;
  }
  function line(name, text, tone) {
    const found = document.createElement("div");
    found.className = tone ? `${name} ${tone}` : name;
    found.textContent = text;
    return found;
  }
  function first(row) {
    const td = document.createElement("td"), name = document.createElement("button");
    name.type = "button";
    name.className = "name";
    name.textContent = name.title = row.name;
    name.onclick = () => setTriggerValue("picked", row.key);
    td.append(name);
    if (row.below) {
      const below = line("below", row.below);
      below.title = row.below;
      td.append(below);
    }
    return td;
  }
  function trend(row) {
    const td = document.createElement("td");
    const known = row.trend.filter((value) => value !== null), top = Math.max(...known);
    if (known.length > 1 && top > 0) {
      const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
      const path = document.createElementNS("http://www.w3.org/2000/svg", "polyline");
      const step = WIDE / (row.trend.length - 1);
      const points = row.trend.map((value, n) => (value === null ? "" : `${n * step},${HIGH - 2 - (value / top) * (HIGH - 5)}`));
      path.setAttribute("points", points.join(" "));
      svg.setAttribute("aria-hidden", "true");
      svg.append(path);
      td.append(svg);
    }
    return td;
  }
  function sorted() {
    const words = held.find.trim().toLowerCase();
    const found = rows.filter((row) => !words || `${row.name} ${row.below}`.toLowerCase().includes(words));
    const value = (row) => (held.by === 0 ? row.name.toLowerCase() : row.cells[held.by - 1].value);
    return found.sort((one, other) => {
      if (one.rest !== other.rest) return one.rest - other.rest; // what is of no topic stays last
      const [a, b] = [value(one), value(other)];
      if (a === null || b === null) return (a === null) - (b === null);
      return (a < b ? -1 : a > b ? 1 : 0) * (held.down ? -1 : 1);
    });
  }
  function draw() {
    head.replaceChildren(
      ...[...columns, null].map((heading, place) => {
        const th = document.createElement("th");
        th.scope = "col";
        if (heading === null) {
          th.textContent = data.trend;
          return th;
        }
        const button = document.createElement("button");
        button.type = "button";
        button.textContent = heading[0];
        button.title = heading[1];
        button.onclick = () => {
          held.down = held.by === place ? !held.down : place > 0;
          held.by = place;
          draw();
        };
        if (held.by === place) th.setAttribute("aria-sort", held.down ? "descending" : "ascending");
        th.append(button);
        return th;
      }),
    );
    const found = sorted(), shown = held.all ? found : found.slice(0, FIRST);
    body.replaceChildren(
      ...shown.map((row) => {
        const tr = document.createElement("tr");
        if (row.rest) tr.className = "rest";
        tr.append(first(row), ...row.cells.map(cell), trend(row));
        return tr;
      }),
    );
    more.hidden = found.length <= FIRST;
    more.textContent = held.all ? `Only the first ${FIRST}` : `All ${found.length}`;
  }
  input.value = held.find;
  input.oninput = () => {
    held.find = input.value;
    draw();
  };
  input.parentElement.hidden = rows.length <= FIRST;
  more.onclick = () => {
    held.all = !held.all;
    draw();
  };
  draw();
}
