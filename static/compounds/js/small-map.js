// The small map on a compound's page: its pin among its neighbours.
import { ground, meet, pin } from "./leaflet-base.js";

for (const element of document.querySelectorAll("[data-small-map]")) begin(element);

function begin(element) {
  const at = [Number(element.dataset.latitude), Number(element.dataset.longitude)];
  const map = ground(element, { scrollWheelZoom: false, keyboard: false, zoomControl: false }).setView(at, 15);
  const here = window.L.marker(at, { icon: pin(), keyboard: false, interactive: false }).addTo(map);
  const taken = [here.getElement().getBoundingClientRect()];
  for (const { name, at: place } of JSON.parse(element.dataset.neighbours || "[]")) {
    const dot = window.L.circleMarker([place[1], place[0]], { radius: 4, className: "map-neighbour" }).addTo(map);
    // On plain ground names stand beside the dots, as far as there is room; the others show on hovering.
    const shown = !element.dataset.tiles && names(dot, name, true, taken);
    if (!shown) names(dot, name, false, taken);
  }
}

function names(dot, name, permanent, taken) {
  const text = document.createElement("span");
  text.textContent = name;
  dot.unbindTooltip().bindTooltip(text, { permanent, direction: "right", className: "map-neighbour-name" });
  if (!permanent) return false;
  const box = dot.getTooltip().getElement().getBoundingClientRect();
  if (taken.some((other) => meet(box, other))) return false;
  taken.push(box);
  return true;
}
