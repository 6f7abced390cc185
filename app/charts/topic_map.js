// The map of topics: points on a canvas, names where there is room, a lasso, and a brush over time that plays.
// Texts are only ever set as text, never as markup.

const NEAR = 9; // pixels from a point that still hit it
const MOST = 5000; // points of a lasso that are told
const FAINT = 0.07;
const ROW = 17; // pixels of a name's line
const STEP = 90; // milliseconds of a day as it plays
const STRETCHED = 1.8; // how much wider than high a step of the map may be, or the other way round

export default function ({ data, parentElement, setTriggerValue }) {
  const held = (parentElement.held ??= { scale: 1, left: 0, top: 0, day: null, lasso: false });
  const find = (name) => parentElement.querySelector(`[data-part=${name}]`);
  const canvas = find("canvas"), tip = find("tip"), slider = find("day"), when = find("when");
  const play = find("play"), around = find("around"), whole = find("whole"), key = find("key");
  const { x, y, colour, size, day, text, topic, names, palette, days, legend, width } = data;
  const pen = canvas.getContext("2d");
  const byColour = palette.map(() => []);
  colour.forEach((hue, place) => byColour[hue].push(place));
  const box = [...extent(x), ...extent(y)];
  let wide = 1, high = 1, units = [1, 1], path = null, drag = null, asked = 0, playing = 0;

  function fit() {
    const ratio = window.devicePixelRatio || 1;
    wide = canvas.clientWidth || 1;
    high = canvas.clientHeight || 1;
    units = unit();
    canvas.width = wide * ratio;
    canvas.height = high * ratio;
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    draw();
  }
  // The axes have no unit: each is stretched to fill the canvas, within reason.
  const full = () => [(wide - 80) / (box[1] - box[0] || 1), (high - 50) / (box[3] - box[2] || 1)];
  const unit = () => full().map((own, n, both) => Math.min(own, STRETCHED * both[1 - n]));
  const across = (place) => (x[place] - (box[0] + box[1]) / 2) * units[0] * held.scale + wide / 2 + held.left;
  const down = (place) => ((box[2] + box[3]) / 2 - y[place]) * units[1] * held.scale + high / 2 + held.top;
  const seen = (place) => held.day === null || Math.abs(day[place] - held.day) <= width / 2;

  function draw() {
    if (!asked) asked = requestAnimationFrame(paint);
  }
  function paint() {
    asked = 0;
    const style = getComputedStyle(canvas);
    const ink = style.color, paper = style.getPropertyValue("--st-background-color") || "#fff";
    pen.clearRect(0, 0, wide, high);
    const grown = Math.min(2.5, Math.sqrt(held.scale));
    for (const faint of held.day === null ? [false] : [true, false]) {
      byColour.forEach((places, hue) => {
        pen.fillStyle = palette[hue];
        pen.globalAlpha = faint ? FAINT : 0.78;
        for (const place of places) {
          if (held.day !== null && seen(place) === faint) continue;
          const at = across(place), of = down(place), reach = (size[place] / 2) * grown;
          if (at < -20 || of < -20 || at > wide + 20 || of > high + 20) continue;
          pen.beginPath();
          pen.arc(at, of, reach, 0, 6.2832);
          pen.fill();
        }
      });
    }
    pen.globalAlpha = 1;
    write(ink, paper, style.getPropertyValue("--st-heading-font") || "serif");
    if (path) {
      pen.strokeStyle = ink;
      pen.setLineDash([4, 3]);
      pen.beginPath();
      path.forEach(([at, of], n) => (n ? pen.lineTo(at, of) : pen.moveTo(at, of)));
      pen.stroke();
      pen.setLineDash([]);
    }
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
      const at = across(place), of = down(place), half = pen.measureText(name).width / 2 + 5;
      if (at - half < 0 || at + half > wide || of < ROW || of > high - ROW) continue;
      if (set.some(([a, o, h]) => Math.abs(a - at) < h + half && Math.abs(o - of) < ROW + 2)) continue;
      set.push([at, of, half]);
      pen.strokeText(name, at, of);
      pen.fillText(name, at, of);
    }
  }

  function nearest(at, of) {
    let best = -1, far = NEAR * NEAR;
    for (let place = 0; place < x.length; place++) {
      if (!seen(place)) continue;
      const distance = (across(place) - at) ** 2 + (down(place) - of) ** 2;
      if (distance < far) [best, far] = [place, distance];
    }
    return best;
  }
  function inside(at, of) {
    let odd = false;
    for (let n = 0, m = path.length - 1; n < path.length; m = n++) {
      const [ax, ay] = path[n], [bx, by] = path[m];
      if (ay > of !== by > of && at < ((bx - ax) * (of - ay)) / (by - ay) + ax) odd = !odd;
    }
    return odd;
  }
  function show(place, at, of) {
    tip.hidden = place < 0;
    if (place < 0) return;
    tip.children[0].textContent = text[place];
    tip.children[1].textContent = topic[place];
    tip.style.left = `${Math.min(at + 14, wide - 290)}px`;
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
    drag = { at: event.offsetX, of: event.offsetY, left: held.left, top: held.top, moved: false };
    if (held.lasso || event.shiftKey) path = [[event.offsetX, event.offsetY]];
  };
  canvas.onpointermove = (event) => {
    if (!drag) return show(nearest(event.offsetX, event.offsetY), event.offsetX, event.offsetY);
    const [dx, dy] = [event.offsetX - drag.at, event.offsetY - drag.of];
    drag.moved ||= Math.abs(dx) + Math.abs(dy) > 4;
    tip.hidden = true;
    if (path) path.push([event.offsetX, event.offsetY]);
    else [held.left, held.top] = [drag.left + dx, drag.top + dy];
    draw();
  };
  canvas.onpointerup = (event) => {
    const moved = drag?.moved;
    drag = null;
    if (path && moved) {
      const found = [];
      for (let place = 0; place < x.length && found.length < MOST; place++)
        if (seen(place) && inside(across(place), down(place))) found.push(place);
      setTriggerValue("picked", found);
    } else if (!moved) {
      const place = nearest(event.offsetX, event.offsetY);
      if (place >= 0) setTriggerValue("picked", [place]);
    }
    path = null;
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
    ...legend.map(([hue, words]) => {
      const one = document.createElement("span"), dot = document.createElement("i");
      dot.style.background = hue;
      one.append(dot, words);
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

function extent(numbers) {
  let low = Infinity, high = -Infinity;
  for (const number of numbers) {
    if (number < low) low = number;
    if (number > high) high = number;
  }
  return numbers.length ? [low, high] : [0, 1];
}
