// What every map of the register shares. Leaflet itself is a plain script before this module.
const { L } = window;

// The ground: tiles of the city's own server where one is set, else plain paper.
export function ground(element, options = {}) {
  const { tiles, attribution } = element.dataset;
  const map = L.map(element, { attributionControl: Boolean(tiles && attribution), maxZoom: 19, minZoom: 4, ...options });
  if (tiles) {
    map.attributionControl?.setPrefix(false);
    L.tileLayer(tiles, { attribution, maxZoom: 19 }).addTo(map);
  }
  return map;
}

// A pin for one place. Built from constants only.
export function pin() {
  return L.divIcon({
    className: "map-here",
    iconSize: [32, 32],
    iconAnchor: [16, 30],
    html: '<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M12 23s8-8.2 8-13.5a8 8 0 1 0-16 0C4 14.8 12 23 12 23Z"/><circle cx="12" cy="9.5" r="2.8" fill="#fff" stroke="none"/></svg>',
  });
}

// Whether two boxes on the screen share a spot.
export function meet(one, other) {
  return one.left < other.right && other.left < one.right && one.top < other.bottom && other.top < one.bottom;
}
