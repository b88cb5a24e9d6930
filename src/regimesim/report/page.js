"use strict";
// Every figure holds a still picture. Where its charts can be drawn, they take its place.
const charts = JSON.parse(document.getElementById("charts").textContent);
const options = { renderer: "svg", actions: false, ast: true };

// Data come as rows under the names of their columns.
for (const { spec } of Object.values(charts).flat()) {
  for (const [name, { columns, rows }] of Object.entries(spec.datasets)) {
    spec.datasets[name] = rows.map((row) => Object.fromEntries(row.map((x, k) => [columns[k], x])));
  }
}

const shown = new Map();

async function show(place, choice) {
  place.setAttribute("aria-label", choice.words);
  shown.get(place)?.finalize();
  const inside = document.createElement("div"); // Vega names what it draws in; the place keeps its own words
  place.replaceChildren(inside);
  shown.set(place, await vegaEmbed(inside, choice.spec, options));
}

// A finger that rests on a chart is told what a moving pointer is told.
document.addEventListener("pointerdown", (event) => {
  if (event.pointerType === "touch" && event.target.closest(".live")) {
    event.target.dispatchEvent(new PointerEvent("pointermove", event));
  }
});

for (const figure of document.querySelectorAll("figure[data-charts]")) {
  figure.classList.add("alive");
  const drawn = [...figure.querySelectorAll(".live")].map((place) => {
    const choices = charts[place.id];
    const chooser = figure.querySelector(`select[aria-controls="${place.id}"]`);
    if (chooser) {
      chooser.addEventListener("change", () => show(place, choices[chooser.selectedIndex]));
    }
    return show(place, choices[chooser ? chooser.selectedIndex : 0]);
  });
  Promise.all(drawn).then(
    () => { figure.dataset.drawn = "yes"; },
    (error) => { figure.classList.remove("alive"); console.error(error); },
  );
}
