// The small map on a compound's page: its pin among its neighbours.
import { ground, pin } from "./leaflet-base.js";

for (const element of document.querySelectorAll("[data-small-map]")) {
  const at = [Number(element.dataset.latitude), Number(element.dataset.longitude)];
  const map = ground(element, { scrollWheelZoom: false, keyboard: false, zoomControl: false }).setView(at, 15);
  for (const { name, at: place } of JSON.parse(element.dataset.neighbours || "[]")) {
    const text = document.createElement("span");
    text.textContent = name;
    const dot = window.L.circleMarker([place[1], place[0]], { radius: 4, className: "map-neighbour" });
    dot.bindTooltip(text, { permanent: !element.dataset.tiles, direction: "right", className: "map-neighbour-name" }).addTo(map);
  }
  window.L.marker(at, { icon: pin(), keyboard: false, interactive: false }).addTo(map);
}
