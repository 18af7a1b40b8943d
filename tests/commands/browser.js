// Uses a page as a reader does. Each entry of `found` is true, or what was there instead.
"use strict";

const found = {};
const check = (name, held, otherwise) => { found[name] = held ? true : String(otherwise); };

window.addEventListener("error", (event) => { found.error = event.message; });

(async () => {
  // Tables.
  const table = document.querySelector("#figures-1");
  const headers = [...table.tHead.rows[0].cells];
  const wait = headers.findIndex((header) => header.textContent === "mean wait");
  const cells = (column) => [...table.tBodies[0].rows].map((row) => row.cells[column].textContent);
  const before = cells(0);
  const button = headers[wait].querySelector("button");
  button.click();
  const up = cells(wait);
  check("ascending", headers[wait].getAttribute("aria-sort") === "ascending", headers[wait].outerHTML);
  button.click();
  const down = cells(wait);
  check("descending", headers[wait].getAttribute("aria-sort") === "descending", headers[wait].outerHTML);
  const seconds = up.map(number);
  check("durations are read", seconds.every((one) => one !== null), up);
  check("sorted up", seconds.every((one, at) => at === 0 || seconds[at - 1] <= one), up);
  check("sorted down", down.map(number).join("|") === [...seconds].reverse().join("|"), down);
  check("rows stay", [...cells(0)].sort().join("|") === [...before].sort().join("|"), cells(0));
  for (const [words, value] of [
    ["\u2265 3m41s \u00b1 11.0 s", 221], ["-1h02m", -3720], ["+1.50 s", 1.5], ["12.5 % \u00b1 1.0 %", 12.5],
    ["1e-7", 1e-7], ["-", null], ["2017-02-20", null], ["scan", null], ["5 us", 5e-6], ["1d05h", 104400],
  ]) check("number " + words, Math.abs((number(words) ?? -1e99) - (value ?? -1e99)) < 1e-9, number(words));
  const copied = csv(table);
  check("quotes in CSV", copied.split("\n").length === table.rows.length + 1, copied);
  check("CSV of names", csv(document.querySelector("#figures-2")).includes("\"a<b>&'\"\"\""), csv(document.querySelector("#figures-2")));
  document.querySelector("button.copy").click();
  await new Promise((done) => setTimeout(done, 300));
  const said = document.querySelector("button.copy").parentElement.querySelector("output").textContent;
  check("copying is answered", said !== "", said);

  // Charts.
  const figures = [...document.querySelectorAll("figure.chart")];
  check("charts", figures.length >= 3, figures.length);
  let values = 0;
  for (const figure of figures) {
    const [svg, sheet] = ["svg", ".sheet"].map((selector) => figure.querySelector(selector));
    const name = sheet.getAttribute("aria-label");
    const [zoomIn, , whole] = figure.querySelectorAll("[data-zoom]");
    const all = svg.getAttribute("viewBox");
    zoomIn.click();
    const width = (box) => Number(box.split(" ")[2]);
    check(name + " zooms", width(svg.getAttribute("viewBox")) < width(all), svg.getAttribute("viewBox"));
    whole.click();
    check(name + " is whole again", width(svg.getAttribute("viewBox")) === width(all), svg.getAttribute("viewBox"));
    check(name + " has a name", svg.hasAttribute("aria-labelledby") || svg.hasAttribute("aria-label"), svg.outerHTML.slice(0, 200));
    // Values, by the pointer over the middle of a plot, and by keys.
    const value = figure.querySelector(".value");
    const plot = svg.querySelector("g.plot[data-box] g.series[data-x]")?.closest("g.plot");
    if (plot) {
      const [left, top, right, bottom] = plot.dataset.box.split(" ").map(Number);
      const at = new DOMPoint((left + right) / 2, (top + bottom) / 2).matrixTransform(svg.getScreenCTM());
      svg.dispatchEvent(new PointerEvent("pointermove", { clientX: at.x, clientY: at.y, bubbles: true }));
      check(name + " shows a value", figure.querySelector(".tip")?.textContent.length > 1 && value.textContent !== "", figure.querySelector(".tip"));
      svg.dispatchEvent(new PointerEvent("pointerleave"));
      check(name + " hides it", figure.querySelector(".tip") === null && value.textContent === "", value.textContent);
      values += 1;
    }
    const key = (which) => sheet.dispatchEvent(new KeyboardEvent("keydown", { key: which, bubbles: true }));
    if (plot) {
      key("ArrowRight");
      check(name + " has values by keys", value.textContent !== "", value.textContent);
      key("Escape");
    }
  }
  check("charts with values", values >= 2, values);

  // The layout.
  const root = document.documentElement;
  check("the page does not scroll sideways", root.scrollWidth <= root.clientWidth, root.scrollWidth + " > " + root.clientWidth);
  check("no markup from names", document.querySelectorAll("script").length === 2, document.scripts.length);
  check("the sections are there", document.querySelectorAll("section > h2").length >= 6, document.body.textContent.slice(0, 99));

  const shown = document.createElement("pre");
  shown.id = "probe";
  shown.textContent = JSON.stringify(found);
  document.body.append(shown);
})();
