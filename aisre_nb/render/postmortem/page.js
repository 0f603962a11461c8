// Draws the figures that the page holds as data, and shows on them which place a claim means.
"use strict";
(() => {
  const figures = JSON.parse(document.getElementById("figures").textContent);
  const claimed = (shape) => /^claim-\d+$/.test(shape.name || "");

  for (const [id, figure] of Object.entries(figures)) {
    const place = document.getElementById(`plot-${id}`);
    if (!place || !window.Plotly) continue;
    const picture = place.firstElementChild;
    place.classList.add("alive");
    // It stays as high when the window becomes another one.
    place.style.height = `${figure.layout.height}px`;
    const layout = { ...figure.layout, autosize: true, modebar: { bgcolor: "rgba(0,0,0,0)", color: "#7d7d7d" } };
    Plotly.newPlot(place, figure.data, layout, { ...figure.config, responsive: true }).then(
      () => { if (picture) picture.remove(); aim(); },
      () => { place.classList.remove("alive"); place.style.height = ""; },
    );
  }

  // "#E3-c1" is the claim c1 in the list of the evidence E3.
  function aim() {
    const found = /^#(E\d+)-(\w+)$/.exec(location.hash);
    for (const [id, figure] of Object.entries(figures)) {
      const place = document.getElementById(`plot-${id}`);
      if (!place || !place.layout) continue;
      const n = found && found[1] === id ? figure.claims.indexOf(found[2]) : -1;
      const shapes = (figure.layout.shapes || []).map((shape) => {
        if (!claimed(shape)) return shape;
        if (n < 0) return shape;
        const meant = shape.name === `claim-${n}`;
        const line = { ...shape.line, width: meant ? 3 : 1, dash: meant ? "solid" : "dot" };
        const fill = meant && shape.type === "rect" ? { fillcolor: "rgba(218,165,32,0.18)", layer: "below" } : {};
        return { ...shape, ...fill, line, opacity: meant ? 1 : 0.25 };
      });
      place.dataset.aimed = n < 0 ? "" : found[2];
      Plotly.relayout(place, { shapes });
    }
  }
  addEventListener("hashchange", aim);

  let opened = [];
  addEventListener("beforeprint", () => {
    opened = [...document.querySelectorAll("details:not([open])")];
    for (const one of opened) one.open = true;
  });
  addEventListener("afterprint", () => { for (const one of opened) one.open = false; });
})();
