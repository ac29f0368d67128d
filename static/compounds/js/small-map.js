// The small map on a compound's page: one pin, no toys.
import { ground, pin } from "./leaflet-base.js";

for (const element of document.querySelectorAll("[data-small-map]")) {
  const at = [Number(element.dataset.latitude), Number(element.dataset.longitude)];
  const map = ground(element, { scrollWheelZoom: false, keyboard: false, zoomControl: false }).setView(at, 15);
  window.L.marker(at, { icon: pin(), keyboard: false, interactive: false }).addTo(map);
}
