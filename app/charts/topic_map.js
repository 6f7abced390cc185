// The map of topics: points on a canvas, names where there is room, a lasso, and a brush over time that plays.
// Texts are only ever set as textContent, never as markup, and read from their column one at a time.

const NEAR = 9; // pixels from a point that still hit it
const CELLS = 96; // of the grid that finds a point, along each side
const TOLD = 400; // corners of a lasso that are told
const FAINT = 0.09;
const ROW = 17; // pixels of a name's line
const ABOVE = 11; // pixels that a name stands above the middle of its topic
const STEP = 90; // milliseconds of a day as it plays
const STRETCHED = 1.8; // how much wider than high a step of the map may be, or the other way round
const SLICE = 8; // milliseconds of a frame that points are drawn in; the rest of a picture waits for the next frame
const CHUNK = 500; // points drawn between two looks at the clock
const MANY = 4000; // points from which on they are drawn smaller and fainter, so that dense places show

export default function ({ data, parentElement, setTriggerValue }) {
  const held = (parentElement.held ??= { scale: 1, left: 0, top: 0, day: null, lasso: false, path: null, drag: null });
  const find = (name) => parentElement.querySelector(`[data-part=${name}]`);
  const canvas = find("canvas"), tip = find("tip"), slider = find("day"), when = find("when");
  const play = find("play"), around = find("around"), whole = find("whole"), key = find("key");
  const { names, palette, days, legend, width, titles } = data;
  const column = (name) => data.points.getChild(name).toArray();
  const x = column("x"), y = column("y"), hue = column("hue"), size = column("size"), day = column("day");
  const topic = column("topic"), records = column("records"), texts = data.points.getChild("text");
  const pen = canvas.getContext("2d"), colours = palette.map(rgba), stamps = new Map();
  const box = [...extent(x), ...extent(y)], middle = [(box[0] + box[1]) / 2, (box[2] + box[3]) / 2];
  const grid = cells(x, y, box), widths = new Map();
  const thin = Math.max(0.45, Math.min(1, Math.sqrt(MANY / x.length)));
  let wide = 1, high = 1, ratio = 1, units = [1, 1], image = null, asked = 0, playing = 0, stale = true, work = null, shown = null;
  const sheet = document.createElement("canvas");

  function fit() {
    ratio = window.devicePixelRatio || 1;
    wide = canvas.clientWidth || 1;
    high = canvas.clientHeight || 1;
    units = unit();
    canvas.width = Math.round(wide * ratio);
    canvas.height = Math.round(high * ratio);
    image = pen.createImageData(canvas.width, canvas.height);
    [sheet.width, sheet.height, work, shown] = [canvas.width, canvas.height, null, null];
    draw();
  }
  // The axes have no unit: each is stretched to fill the canvas, within reason.
  const full = () => [(wide - 80) / (box[1] - box[0] || 1), (high - 50) / (box[3] - box[2] || 1)];
  const unit = () => full().map((own, n, both) => Math.min(own, STRETCHED * both[1 - n]));
  const across = (at) => (at - middle[0]) * units[0] * held.scale + wide / 2 + held.left;
  const down = (of) => (middle[1] - of) * units[1] * held.scale + high / 2 + held.top;
  const back = (at, of) => [
    (at - wide / 2 - held.left) / (units[0] * held.scale) + middle[0],
    middle[1] - (of - high / 2 - held.top) / (units[1] * held.scale),
  ];
  const seen = (place, at = held.day) => at === null || Math.abs(day[place] - at) <= width / 2;

  function draw() {
    stale = true;
    if (!asked) asked = requestAnimationFrame(paint);
  }
  function paint() {
    asked = 0;
    const style = getComputedStyle(canvas);
    const ink = style.color, paper = style.getPropertyValue("--st-background-color").trim() || "#ffffff";
    picture(rgba(paper));
    pen.setTransform(1, 0, 0, 1, 0, 0);
    pen.fillStyle = paper;
    pen.fillRect(0, 0, canvas.width, canvas.height);
    if (shown) lay();
    if (work || stale) asked = requestAnimationFrame(paint);
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    write(ink, paper, style.getPropertyValue("--st-heading-font") || "serif");
    if (held.path) {
      pen.strokeStyle = ink;
      pen.setLineDash([4, 3]);
      pen.beginPath();
      held.path.forEach(([at, of], n) => (n ? pen.lineTo(at, of) : pen.moveTo(at, of)));
      pen.stroke();
      pen.setLineDash([]);
    }
  }
  // A picture of many points takes longer than a frame. It is drawn in slices; until it is done, the last one stands,
  // moved and stretched to where its points are by now.
  function picture(paper) {
    const until = performance.now() + SLICE;
    if (!work) {
      stale = false;
      const { scale, left, top, day } = held;
      work = { view: { scale, left, top }, slices: dots(paper, { scale, left, top, day }) };
    }
    while (performance.now() < until)
      if (work.slices.next().done) {
        sheet.getContext("2d").putImageData(image, 0, 0);
        [shown, work] = [work.view, null];
        return;
      }
  }
  function lay() {
    const by = held.scale / shown.scale;
    const left = ((held.left - shown.left * by + (wide / 2) * (1 - by)) * ratio);
    const top = ((held.top - shown.top * by + (high / 2) * (1 - by)) * ratio);
    pen.drawImage(sheet, left, top, canvas.width * by, canvas.height * by);
  }
  // Points are set into the picture's bytes: fifty thousand calls of a canvas would take far longer.
  function* dots(paper, view) {
    const bytes = image.data;
    new Uint32Array(bytes.buffer).fill((255 << 24) | (paper[2] << 16) | (paper[1] << 8) | paper[0]);
    const ax = units[0] * view.scale * ratio, bx = (wide / 2 + view.left - middle[0] * units[0] * view.scale) * ratio;
    const ay = -units[1] * view.scale * ratio, by = (high / 2 + view.top + middle[1] * units[1] * view.scale) * ratio;
    const grown = (Math.min(2.5, Math.sqrt(view.scale)) * Math.min(1, thin * Math.sqrt(view.scale)) * ratio) / 2;
    const strong = Math.min(0.82, 0.82 * Math.sqrt(thin) * Math.sqrt(view.scale));
    for (const faint of view.day === null ? [false] : [true, false])
      for (let place = 0; place < x.length; place++) {
        if (place % CHUNK === CHUNK - 1) yield;
        if (view.day !== null && seen(place, view.day) === faint) continue;
        const colour = colours[hue[place]], opaque = (faint ? FAINT : strong) * colour[3];
        set(bytes, ax * x[place] + bx, ay * y[place] + by, (size[place] / 10) * grown, colour, opaque);
      }
  }
  function set(bytes, at, of, radius, [red, green, blue], opaque) {
    const stamp = disc(Math.max(1.5, Math.round(radius * 2)) / 2), side = stamp.side;
    const left = Math.round(at - side / 2), top = Math.round(of - side / 2);
    if (left <= -side || top <= -side || left >= image.width || top >= image.height) return;
    const first = Math.max(0, -left), last = Math.min(side, image.width - left);
    for (let row = Math.max(0, -top); row < Math.min(side, image.height - top); row++) {
      let byte = ((top + row) * image.width + left + first) * 4;
      for (let cell = first; cell < last; cell++, byte += 4) {
        const part = stamp.cover[row * side + cell] * opaque;
        if (part === 0) continue;
        bytes[byte] += (red - bytes[byte]) * part;
        bytes[byte + 1] += (green - bytes[byte + 1]) * part;
        bytes[byte + 2] += (blue - bytes[byte + 2]) * part;
      }
    }
  }
  function disc(radius) {
    if (!stamps.has(radius)) {
      const side = Math.ceil(radius * 2) + 1, cover = new Float32Array(side * side);
      for (let n = 0; n < cover.length; n++) {
        const far = Math.hypot((n % side) - (side - 1) / 2, Math.floor(n / side) - (side - 1) / 2);
        cover[n] = Math.max(0, Math.min(1, radius + 0.5 - far));
      }
      stamps.set(radius, { side, cover });
    }
    return stamps.get(radius);
  }
  function write(ink, paper, family) {
    pen.font = `600 13px ${family}`;
    pen.textAlign = "center";
    pen.textBaseline = "middle";
    pen.lineJoin = "round";
    pen.lineWidth = 4;
    pen.strokeStyle = paper;
    pen.fillStyle = ink;
    const set = [];
    for (const { place, name } of names) {
      const at = across(x[place]), of = down(y[place]) - ABOVE;
      if (!widths.has(name)) widths.set(name, pen.measureText(name).width / 2 + 5);
      const half = widths.get(name);
      if (at - half < 0 || at + half > wide || of < ROW || of > high - ROW) continue;
      if (set.some(([a, o, h]) => Math.abs(a - at) < h + half && Math.abs(o - of) < ROW + 2)) continue;
      set.push([at, of, half]);
      pen.strokeText(name, at, of);
      pen.fillText(name, at, of);
    }
  }

  function nearest(at, of) {
    const [fromX, toY] = back(at - NEAR, of - NEAR), [toX, fromY] = back(at + NEAR, of + NEAR);
    let best = -1, far = NEAR * NEAR;
    grid.each(fromX, toX, fromY, toY, (place) => {
      const distance = (across(x[place]) - at) ** 2 + (down(y[place]) - of) ** 2;
      if (distance < far && seen(place)) [best, far] = [place, distance];
    });
    return best;
  }
  function show(place, at, of) {
    tip.hidden = place < 0;
    if (place < 0) return;
    const often = records[place] > 1 ? ` · asked ${Number(records[place]).toLocaleString("en")} times` : "";
    tip.children[0].textContent = texts.get(place);
    tip.children[1].textContent = titles[topic[place]] + often;
    tip.style.left = `${Math.max(0, Math.min(at + 14, wide - 290))}px`;
    tip.style.top = `${of + 14}px`;
  }
  function zoom(by, at, of) {
    const scale = Math.max(0.7, Math.min(60, held.scale * by)), kept = scale / held.scale;
    held.left = at - wide / 2 - (at - wide / 2 - held.left) * kept;
    held.top = of - high / 2 - (of - high / 2 - held.top) * kept;
    held.scale = scale;
    draw();
  }
  function turn(to) {
    held.day = to;
    slider.value = to ?? slider.max;
    when.textContent = to === null ? "all the time" : days[Math.max(0, Math.min(days.length - 1, Math.round(to)))];
    draw();
  }
  function stop() {
    clearInterval(playing);
    playing = 0;
    play.textContent = "Play the time";
  }

  canvas.onwheel = (event) => {
    event.preventDefault();
    zoom(Math.exp(-event.deltaY / 400), event.offsetX, event.offsetY);
  };
  canvas.onpointerdown = (event) => {
    canvas.setPointerCapture(event.pointerId);
    held.drag = { at: event.offsetX, of: event.offsetY, left: held.left, top: held.top, moved: false };
    if (held.lasso || event.shiftKey) held.path = [[event.offsetX, event.offsetY]];
  };
  canvas.onpointermove = (event) => {
    if (!held.drag) return show(nearest(event.offsetX, event.offsetY), event.offsetX, event.offsetY);
    const [dx, dy] = [event.offsetX - held.drag.at, event.offsetY - held.drag.of];
    held.drag.moved ||= Math.abs(dx) + Math.abs(dy) > 4;
    tip.hidden = true;
    if (held.path) held.path.push([event.offsetX, event.offsetY]);
    else [held.left, held.top] = [held.drag.left + dx, held.drag.top + dy];
    draw();
  };
  canvas.onpointerup = (event) => {
    const moved = held.drag?.moved;
    held.drag = null;
    if (held.path && moved) {
      const every = Math.ceil(held.path.length / TOLD);
      const line = held.path.filter((_, n) => n % every === 0).map(([at, of]) => back(at, of));
      setTriggerValue("around", { line, day: held.day });
    } else if (!moved) {
      const place = nearest(event.offsetX, event.offsetY);
      if (place >= 0) setTriggerValue("picked", place);
    }
    held.path = null;
    draw();
  };
  canvas.onpointerleave = () => (tip.hidden = true);
  canvas.onkeydown = (event) => {
    const by = { "+": 1.25, "-": 0.8 }[event.key];
    const move = { ArrowLeft: [40, 0], ArrowRight: [-40, 0], ArrowUp: [0, 40], ArrowDown: [0, -40] }[event.key];
    if (by) zoom(by, wide / 2, high / 2);
    else if (move) [held.left, held.top] = [held.left + move[0], held.top + move[1]];
    else return;
    event.preventDefault();
    draw();
  };
  around.onclick = () => {
    held.lasso = !held.lasso;
    around.setAttribute("aria-pressed", held.lasso);
    canvas.style.cursor = held.lasso ? "crosshair" : "grab";
  };
  whole.onclick = () => {
    Object.assign(held, { scale: 1, left: 0, top: 0 });
    stop();
    turn(null);
  };
  slider.oninput = () => {
    stop();
    turn(Number(slider.value));
  };
  play.onclick = () => {
    if (playing) return stop();
    play.textContent = "Pause";
    if (held.day === null || held.day >= days.length - 1) turn(0);
    playing = setInterval(() => (held.day >= days.length - 1 ? stop() : turn(held.day + 1)), STEP);
  };
  slider.max = Math.max(1, days.length - 1);
  slider.parentElement.hidden = days.length < 2;
  key.replaceChildren(
    ...legend.map(([hues, words, after]) => {
      const one = document.createElement("span");
      one.className = hues.length > 1 ? "scale" : "";
      const dots = hues.map((own) => {
        const dot = document.createElement("i");
        dot.style.background = own;
        return dot;
      });
      one.append(...(after ? [words, ...dots, after] : [...dots, words]));
      return one;
    }),
  );
  around.setAttribute("aria-pressed", held.lasso);
  turn(held.day);
  const watcher = new ResizeObserver(fit);
  watcher.observe(canvas);
  fit();
  return () => {
    watcher.disconnect();
    stop();
  };
}

function rgba(hex) {
  const part = (at, otherwise) => (hex.length > at ? parseInt(hex.slice(at, at + 2), 16) : otherwise);
  return [part(1, 0), part(3, 0), part(5, 0), part(7, 255) / 255];
}

// The points of each cell of a grid over the map, one cell after the other.
function cells(x, y, [left, right, low, top]) {
  const along = (at, from, to) => Math.max(0, Math.min(CELLS - 1, Math.floor(((at - from) / (to - from || 1)) * CELLS)));
  const of = (place) => along(y[place], low, top) * CELLS + along(x[place], left, right);
  const starts = new Uint32Array(CELLS * CELLS + 1), order = new Uint32Array(x.length);
  for (let place = 0; place < x.length; place++) starts[of(place) + 1]++;
  for (let cell = 0; cell < CELLS * CELLS; cell++) starts[cell + 1] += starts[cell];
  const next = starts.slice();
  for (let place = 0; place < x.length; place++) order[next[of(place)]++] = place;
  return {
    each(fromX, toX, fromY, toY, visit) {
      for (let row = along(fromY, low, top); row <= along(toY, low, top); row++)
        for (let at = starts[row * CELLS + along(fromX, left, right)];
          at < starts[row * CELLS + along(toX, left, right) + 1]; at++) visit(order[at]);
    },
  };
}

function extent(numbers) {
  let low = Infinity, high = -Infinity;
  for (const number of numbers) {
    if (number < low) low = number;
    if (number > high) high = number;
  }
  return numbers.length ? [low, high] : [0, 1];
}
