// Tables that sort and copy, charts that zoom and show the value at the pointer. Without scripts the
// page shows the same figures.
"use strict";

const UNITS = { ns: 1e-9, us: 1e-6, "\u00b5s": 1e-6, ms: 1e-3, s: 1, m: 60, h: 3600, d: 86400 };

// The number that a cell shows (`3m41s`, `>= 2 h`, `12 %`, `1.5e-7`), or null for other text.
function number(text) {
  const plain = text.split(/[\u00b1(,]/)[0].replace(/^[\u2265\u2264\s+]+/, "").trim();
  if (plain !== "" && Number.isFinite(Number(plain))) return Number(plain);
  const parts = [...plain.matchAll(/([\d.]+) ?(ns|us|\u00b5s|ms|d|h|m|s)(?![a-z])/g)];
  if (parts.length > 0 && parts.map((part) => part[0]).join("") === plain.replace(/^-|(?<=[a-z]) /g, "")) {
    const sum = parts.reduce((total, part) => total + Number(part[1]) * UNITS[part[2]], 0);
    return plain.startsWith("-") ? -sum : sum;
  }
  const lead = plain.match(/^(-?[\d.]+) ?(%|pp|\/s|\/h)$/);
  return lead ? Number(lead[1]) : null;
}

function compare(a, b) {
  const [x, y] = [number(a), number(b)];
  if (x !== null && y !== null) return x - y;
  // Text comes after numbers.
  if (x !== null || y !== null) return x !== null ? -1 : 1;
  return a < b ? -1 : a > b ? 1 : 0;
}

function sort(table, column, header) {
  const descending = header.getAttribute("aria-sort") === "ascending";
  for (const other of table.tHead.rows[0].cells) other.setAttribute("aria-sort", "none");
  header.setAttribute("aria-sort", descending ? "descending" : "ascending");
  const body = table.tBodies[0];
  const text = (row) => row.cells[column].textContent;
  const isEmpty = (row) => text(row) === "" || text(row) === "-";
  const rows = [...body.rows];
  rows.sort((a, b) => {
    // What has no value is last in both directions.
    if (isEmpty(a) !== isEmpty(b)) return isEmpty(a) ? 1 : -1;
    return descending ? compare(text(b), text(a)) : compare(text(a), text(b));
  });
  body.append(...rows);
}

function csv(table) {
  const cell = (text) => (/[",\r\n]/.test(text) ? '"' + text.replaceAll('"', '""') + '"' : text);
  const line = (row) => [...row.cells].map((one) => cell(one.textContent)).join(",");
  return [...table.rows].map(line).join("\n") + "\n";
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Pages from disk have no clipboard in some browsers.
    const area = document.createElement("textarea");
    area.value = text;
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    return done;
  }
}

for (const table of document.querySelectorAll("table.sortable")) {
  [...table.tHead.rows[0].cells].forEach((header, column) => {
    header.querySelector("button").addEventListener("click", () => sort(table, column, header));
  });
}

for (const button of document.querySelectorAll("button.copy")) {
  const table = document.getElementById(button.getAttribute("aria-controls"));
  const said = button.parentElement.querySelector("output");
  button.addEventListener("click", async () => {
    const done = await copy(csv(table));
    said.textContent = done ? table.tBodies[0].rows.length + " rows copied" : "the browser does not allow copying";
  });
}

// Where a chart has values: at the abscissas of a plot's series, and at marks. src/report/plot/mod.rs
// describes the attributes.
class Plot {
  constructor(group) {
    this.box = group.dataset.box.split(" ").map(Number);
    this.series = [];
    let [at, places] = [[], []];
    for (const one of group.querySelectorAll("g.series")) {
      if (one.dataset.x !== undefined) at = one.dataset.x.split(" ").map(Number);
      if (one.dataset.t !== undefined) places = one.dataset.t.split("|");
      this.series.push({ name: one.dataset.name, at, places, values: (one.dataset.y ?? "").split("|") });
    }
    this.longest = this.series.reduce((a, b) => (b.at.length > a.length ? b.at : a), []);
  }

  holds([x, y]) {
    const [left, top, right, bottom] = this.box;
    return x >= left - 6 && x <= right + 6 && y >= top && y <= bottom;
  }

  // The words at an abscissa, and the abscissa of the nearest value.
  words(x) {
    let [nearest, place, lines] = [x, "", []];
    let least = Infinity;
    for (const { name, at, places, values } of this.series) {
      let best = 0;
      at.forEach((other, index) => {
        if (Math.abs(other - x) < Math.abs(at[best] - x)) best = index;
      });
      if (at.length === 0 || !values[best]) continue;
      const far = Math.abs(at[best] - x);
      // A series that ends elsewhere has nothing to say here.
      if (far > least + 12) continue;
      if (far < least) [least, nearest, place] = [far, at[best], places[best] ?? ""];
      lines.push((name ? name + ": " : "") + values[best]);
    }
    return { at: nearest, words: lines.length > 0 ? [place, ...lines].filter((line) => line).join("\n") : "" };
  }
}

// A chart: the part of it that is shown, and the values that are shown.
class Chart {
  constructor(figure) {
    this.figure = figure;
    this.svg = figure.querySelector("svg");
    this.sheet = figure.querySelector(".sheet");
    this.value = figure.querySelector(".value");
    const [width, height] = ["width", "height"].map((name) => parseFloat(this.svg.getAttribute(name)));
    const box = this.svg.viewBox.baseVal;
    this.whole = box && box.width > 0 ? [box.x, box.y, box.width, box.height] : [0, 0, width, height];
    this.view = [...this.whole];
    this.plots = [...this.svg.querySelectorAll("g.plot[data-box]")].map((group) => new Plot(group));
    this.marks = this.collect();
    this.stops = [
      ...this.plots.flatMap((plot) => plot.longest.map((x) => ({ plot, x }))),
      ...this.marks.map((mark) => ({ mark })),
    ];
    this.stop = -1;
    this.tip = null;
    this.guide = document.createElementNS(this.svg.namespaceURI, "line");
    this.guide.setAttribute("class", "guide");
    for (const button of figure.querySelectorAll("[data-zoom]")) {
      button.addEventListener("click", () => this.zoom(Number(button.dataset.zoom)));
    }
    this.sheet.addEventListener("keydown", (event) => this.key(event));
    this.sheet.addEventListener("blur", () => this.clear());
    this.svg.addEventListener("pointermove", (event) => this.move(event));
    this.svg.addEventListener("pointerleave", () => this.clear());
    this.svg.addEventListener("pointerdown", (event) => this.grab(event));
    this.svg.addEventListener("pointerup", () => (this.grabbed = null));
    this.svg.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
  }

  // The marks with a value: a <title> inside a shape. Its text becomes ours, so that the browser
  // does not show it a second time.
  collect() {
    const marks = [];
    for (const title of this.svg.querySelectorAll("title")) {
      const shape = title.parentElement;
      if (shape === this.svg) continue;
      marks.push({ shape, words: title.textContent });
      title.remove();
    }
    return marks;
  }

  // A factor above 1 shows less of the chart, below 1 more of it, 0 all of it.
  zoom(factor, at = [0.5, 0.5]) {
    const [x, y, width, height] = this.view;
    const most = factor === 0 ? 1 : Math.max(width / factor / this.whole[2], 1 / 32);
    const size = [this.whole[2] * Math.min(1, most), this.whole[3] * Math.min(1, most)];
    this.look(x + (width - size[0]) * at[0], y + (height - size[1]) * at[1], size[0], size[1]);
  }

  look(x, y, width, height) {
    const inside = (value, low, room) => Math.min(Math.max(value, low), low + Math.max(0, room));
    const [left, top, wide, high] = this.whole;
    this.view = [inside(x, left, wide - width), inside(y, top, high - height), width, height];
    this.svg.setAttribute("viewBox", this.view.join(" "));
    this.sheet.classList.toggle("zoomed", width < wide);
  }

  pan(right, down) {
    const [x, y, width, height] = this.view;
    this.look(x + right * width, y + down * height, width, height);
  }

  isZoomed() {
    return this.view[2] < this.whole[2];
  }

  key(event) {
    const steps = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    const step = steps[event.key];
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "+" || event.key === "=") this.zoom(1.5);
    else if (event.key === "-") this.zoom(1 / 1.5);
    else if (event.key === "0") this.zoom(0);
    else if (event.key === "Escape") this.clear();
    else if (step && event.shiftKey) this.pan(step[0] / 8, step[1] / 8);
    else if (step && step[1] === 0 && this.stops.length > 0) this.go(step[0]);
    else return;
    event.preventDefault();
  }

  // From value to value.
  go(step) {
    this.stop = this.stop < 0 && step < 0 ? this.stops.length - 1 : this.stop + step;
    this.stop = (this.stop + this.stops.length) % this.stops.length;
    const { plot, x, mark } = this.stops[this.stop];
    if (mark) this.showMark(mark);
    else this.showPlot(plot, x);
  }

  wheel(event) {
    if (!event.ctrlKey) return;
    event.preventDefault();
    const box = this.svg.getBoundingClientRect();
    const at = [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
    this.zoom(event.deltaY < 0 ? 1.25 : 0.8, at);
  }

  grab(event) {
    if (!this.isZoomed() || event.pointerType === "touch") return;
    this.grabbed = [event.clientX, event.clientY];
    this.svg.setPointerCapture(event.pointerId);
  }

  move(event) {
    if (this.grabbed) {
      const box = this.svg.getBoundingClientRect();
      this.pan((this.grabbed[0] - event.clientX) / box.width, (this.grabbed[1] - event.clientY) / box.height);
      this.grabbed = [event.clientX, event.clientY];
      return;
    }
    const mark = this.nearest(event.clientX, event.clientY, event.target);
    if (mark) return this.showMark(mark);
    const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(this.svg.getScreenCTM().inverse());
    const plot = this.plots.find((one) => one.series.length > 0 && one.holds([at.x, at.y]));
    if (plot) this.showPlot(plot, at.x);
    else this.clear();
  }

  // The mark below the pointer, or the nearest within 8 pixels.
  nearest(x, y, target) {
    const hit = this.marks.find((mark) => mark.shape.contains(target));
    if (hit) return hit;
    let [best, least] = [null, 8];
    for (const mark of this.marks) {
      const box = mark.shape.getBoundingClientRect();
      const far = Math.hypot(Math.max(box.left - x, 0, x - box.right), Math.max(box.top - y, 0, y - box.bottom));
      if (far < least) [best, least] = [mark, far];
    }
    return best;
  }

  showMark(mark) {
    this.guide.remove();
    const box = mark.shape.getBoundingClientRect();
    this.show(mark.words, box.right, box.top);
  }

  showPlot(plot, x) {
    const { at, words } = plot.words(x);
    if (!words) return this.clear();
    const [, top, , bottom] = plot.box;
    for (const [name, value] of Object.entries({ x1: at, x2: at, y1: top, y2: bottom })) {
      this.guide.setAttribute(name, value);
    }
    this.svg.append(this.guide);
    const corner = new DOMPoint(at, top).matrixTransform(this.svg.getScreenCTM());
    this.show(words, corner.x, corner.y);
  }

  // Shows words right of a point of the window, or left of it where there is no room.
  show(words, x, y) {
    this.tip ??= document.createElement("div");
    this.tip.className = "tip";
    this.tip.textContent = words;
    if (!this.tip.isConnected) this.figure.append(this.tip);
    this.value.textContent = words.replaceAll("\n", "; ");
    const frame = this.figure.getBoundingClientRect();
    const right = x - frame.left + 10;
    const isWide = right + this.tip.offsetWidth > frame.width;
    this.tip.style.left = Math.max(0, isWide ? right - 20 - this.tip.offsetWidth : right) + "px";
    this.tip.style.top = Math.max(0, y - frame.top) + "px";
  }

  clear() {
    this.guide.remove();
    this.tip?.remove();
    this.tip = null;
    this.value.textContent = "";
    this.stop = -1;
  }
}

for (const figure of document.querySelectorAll("figure.chart")) new Chart(figure);
