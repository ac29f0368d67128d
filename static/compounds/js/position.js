// The edit form's preview: what is typed moves the pin; a click on the map types the position.
import { ground, pin } from "./leaflet-base.js";

const element = document.querySelector("[data-position-map]");
const longitude = document.getElementById("id_longitude");
const latitude = document.getElementById("id_latitude");
const system = document.getElementById("id_coordinate_system");

if (element && longitude && latitude && system) begin();

function begin() {
  element.hidden = false;
  const help = document.querySelector("[data-position-help]");
  const usual = help.textContent;
  help.hidden = false;
  const start = element.dataset.startLatitude
    ? [[Number(element.dataset.startLatitude), Number(element.dataset.startLongitude)], 13]
    : [[33, 108], 4];
  const map = ground(element, { scrollWheelZoom: false, keyboard: false }).setView(...start);
  let marker = null;

  const put = (at) => {
    if (marker) marker.setLatLng(at);
    else {
      marker = window.L.marker(at, { icon: pin(), draggable: true, keyboard: false }).addTo(map);
      marker.on("dragend", () => typeIn(marker.getLatLng()));
    }
  };
  const typeIn = (at) => {
    // The map's own system: GCJ-02 where the tiles are drawn in it.
    system.value = element.dataset.coordinates === "gcj02" ? "gcj02" : "wgs84";
    longitude.value = at.lng.toFixed(6);
    latitude.value = at.lat.toFixed(6);
    longitude.dispatchEvent(new Event("input", { bubbles: true }));
  };
  const look = async () => {
    if (!longitude.value.trim() || !latitude.value.trim()) return;
    const asked = new URLSearchParams({ longitude: longitude.value, latitude: latitude.value, system: system.value });
    const answer = await fetch(`${element.dataset.positionUrl}?${asked}`);
    if (!answer.ok) return;
    const { at, problem } = await answer.json();
    help.textContent = problem || usual;
    help.classList.toggle("late", Boolean(problem));
    if (!at) return;
    put([at[1], at[0]]);
    map.setView([at[1], at[0]], Math.max(map.getZoom(), 15));
  };

  map.on("click", (event) => {
    put(event.latlng);
    typeIn(event.latlng);
  });
  for (const field of [longitude, latitude, system]) field.addEventListener("change", look);
  look();
}
