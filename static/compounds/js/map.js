// The map of compounds: points by batch in shape and colour, clusters as rings of what they hold.
import { ground, meet } from "./leaflet-base.js";

const { L } = window;
const BATCHES = ["implementing", "preparing", "reserve", "out", "none"];
const RADIUS = 15;

const frame = document.querySelector("[data-map-frame]");
if (frame && L) begin(frame.querySelector("[data-map]"), frame.querySelector("[data-map-notice]"));

async function begin(element, notice) {
  frame.hidden = false;
  const words = element.dataset;
  const map = ground(element, { zoomControl: false });
  L.control.zoom({ zoomInTitle: words.wordIn, zoomOutTitle: words.wordOut, position: "topleft" }).addTo(map);
  L.control.scale({ imperial: false }).addTo(map);
  map.setView([33, 108], 4);
  let collection;
  try {
    const answer = await fetch(words.points, { headers: { Accept: "application/geo+json" } });
    if (!answer.ok) throw new Error(String(answer.status));
    collection = await answer.json();
  } catch {
    notice.textContent = words.wordFailed;
    return;
  }
  notice.textContent = collection.truncated ? words.wordMany : "";
  if (!collection.features.length) {
    notice.textContent = words.wordNone;
    return;
  }
  draw(map, collection, words);
  element.dataset.ready = String(collection.features.length);
}

function draw(map, collection, words) {
  const legend = Object.fromEntries(
    [...frame.querySelectorAll(".map-legend li")].map((line) => [line.querySelector("use").getAttribute("href").slice(7), line.textContent.trim()]),
  );
  const icons = Object.fromEntries(BATCHES.map((batch) => [batch, point(batch)]));
  const group = L.markerClusterGroup({
    maxClusterRadius: 46,
    showCoverageOnHover: false,
    chunkedLoading: true,
    spiderLegPolylineOptions: { weight: 1, color: "#7d8a94" },
    iconCreateFunction: (cluster) => ring(cluster, words.wordCluster),
  });
  const markers = collection.features.map((feature) => {
    const batch = feature.properties.batch || "none";
    const [longitude, latitude] = feature.geometry.coordinates;
    const marker = L.marker([latitude, longitude], { icon: icons[batch], title: feature.properties.name, batch });
    marker.bindPopup(() => popup(feature, legend[batch] ?? "", words), { minWidth: 180, maxWidth: 280 });
    return marker;
  });
  group.addLayers(markers);
  map.fitBounds(L.latLngBounds(markers.map((marker) => marker.getLatLng())).pad(0.08), { maxZoom: 16 });
  map.addLayer(group);
  if (!words.tiles) labels(map, group, collection.labels);
}

// Names of sub-districts on plain ground; one that would lie on another, or on a cluster, waits for a closer look.
function labels(map, group, names) {
  const markers = names.map((label) => {
    const text = document.createElement("span");
    text.textContent = label.name;
    const icon = L.divIcon({ className: "map-label", html: text, iconSize: [160, 20], iconAnchor: [80, 36] });
    const marker = L.marker([label.at[1], label.at[0]], { icon, interactive: false, keyboard: false, zIndexOffset: 2000 });
    return marker.addTo(map);
  });
  const arrange = () => {
    const taken = [...map.getPane("markerPane").querySelectorAll(".map-cluster")].map((one) => one.getBoundingClientRect());
    for (const marker of markers) {
      const box = marker.getElement().firstElementChild.getBoundingClientRect();
      const free = !taken.some((other) => meet(box, other));
      marker.setOpacity(free ? 1 : 0);
      if (free) taken.push(box);
    }
  };
  map.on("moveend", arrange);
  group.on("animationend", arrange);
  arrange();
}

// `batch` is one of BATCHES: nothing typed by people goes into this markup.
function point(batch) {
  return L.divIcon({
    className: "map-point",
    iconSize: [20, 20],
    html: `<svg class="point point-${batch}" viewBox="0 0 24 24" aria-hidden="true"><use href="#point-${batch}"/></svg>`,
  });
}

function ring(cluster, words) {
  const children = cluster.getAllChildMarkers();
  const whole = 2 * Math.PI * RADIUS;
  const size = children.length < 10 ? 38 : children.length < 100 ? 44 : 52;
  let done = 0;
  const arcs = BATCHES.map((batch) => {
    const share = (children.filter((marker) => marker.options.batch === batch).length / children.length) * whole;
    const arc = share
      ? `<circle class="ring ring-${batch}" cx="20" cy="20" r="${RADIUS}" stroke-dasharray="${share} ${whole - share}" stroke-dashoffset="${whole / 4 - done}"/>`
      : "";
    done += share;
    return arc;
  });
  return L.divIcon({
    className: "map-cluster",
    iconSize: [size, size],
    html: `<svg viewBox="0 0 40 40" role="img" aria-label="${children.length} ${words}"><circle class="ground" cx="20" cy="20" r="18"/>${arcs.join("")}<text class="${children.length > 999 ? "many" : ""}" x="20" y="20.5">${children.length}</text></svg>`,
  });
}

function popup(feature, batch, words) {
  const { name, households, urgency } = feature.properties;
  const box = document.createElement("div");
  const title = document.createElement("strong");
  title.className = "popup-title";
  title.textContent = name;
  const facts = document.createElement("dl");
  facts.className = "popup-facts";
  for (const [label, value] of [
    [words.wordHouseholds, households?.toLocaleString("en") ?? "—"],
    [words.wordUrgency, urgency ?? "—"],
  ]) {
    const term = document.createElement("dt");
    term.textContent = label;
    const detail = document.createElement("dd");
    detail.textContent = value;
    facts.append(term, detail);
  }
  const state = document.createElement("div");
  state.textContent = batch;
  const link = document.createElement("a");
  link.href = words.detail.replace(/0\/$/, `${encodeURIComponent(feature.id)}/`);
  link.textContent = words.wordOpen;
  box.append(title, state, facts, link);
  return box;
}
