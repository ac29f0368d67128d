// Photos from a phone: made smaller in the browser (which also drops position and camera), kept on the
// device until they have arrived, sent one after the other, tried again for as long as the network is bad.
//
// A form with `data-photo-queue` starts by itself; others call `photoQueue(form, parts)`. Without scripts
// the same file inputs are sent with the form. What the markup gives:
//
//   form                    data-photo-queue, data-photos="<address that takes one photo>",
//                           data-place="<person>:<record>" (whose photos these are on a shared phone);
//                           sentences: data-text-… (templates/files/_photo_texts.html)
//   input[type=file]        name="photos_<topic>", multiple, accept="image/*"
//   [data-photos-of=topic]  the list that the tiles of a topic stand in; one for each topic, "" too
//   template[data-photo-waiting]  a tile (templates/files/_photo_waiting.html); a field in it with
//                           data-photo-field="<name>" is sent along (a caption)
//   [data-photo-line]       role="status": how many have not arrived yet
//   [data-photo-remove]     in an arrived tile (.photo): the address that removes it
//
// A request holds `photo` (JPEG), `key` (a UUID, the same when it is tried again), `topic`. What the
// server answers stands in files/photos.py: 201 with the tile, 4xx with a sentence, else once more.
import { photoStore } from "./photo-store.js";

const LONGEST_EDGE = 1600;
const QUALITY = 0.82;
const LONGEST_PAUSE = 60;
const PATIENCE = 120_000;

// `parts` name what is not marked by attributes: line, waiting (the template), store (name on the device).
export function photoQueue(form, parts = {}) {
  const store = photoStore(parts.store ?? "photos", form.dataset.place);
  const line = parts.line ?? form.querySelector("[data-photo-line]") ?? document.createElement("p");
  const waiting = parts.waiting ?? document.querySelector("template[data-photo-waiting]");
  const items = [];
  let busy = false;
  let failures = 0;
  let timer = 0;
  let afterwards = null;
  let shrinking = Promise.resolve();

  form.addEventListener("change", (event) => {
    const input = event.target;
    if (input.type !== "file" || !input.name.startsWith("photos_")) return;
    const topic = input.name.slice("photos_".length);
    for (const file of input.files) take(file, topic);
    input.value = "";
  });
  // After the shell's own question (data-confirm), which stops the first click.
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-photo-remove]");
    if (!button || event.defaultPrevented) return;
    event.preventDefault();
    remove(button);
  });
  window.addEventListener("online", () => go());
  store.all().then((kept) => {
    for (const { key, topic, name, blob } of kept) add({ key, topic, name, blob, tile: tile(topic, blob) });
    go();
  });

  // --- taking in

  function take(file, topic) {
    const item = { key: uuid(), topic, name: file.name, tile: tile(topic, file) };
    add(item);
    state(item, "shrinking");
    // One at a time: ten decoded photos at once are more than a small phone has room for.
    shrinking = shrinking.then(() => prepare(item, file)).catch(() => {});
  }

  async function prepare(item, file) {
    const blob = await shrunk(file);
    if (item.gone) return;
    await store.put({ key: item.key, topic: item.topic, name: item.name, blob });
    if (item.gone) return store.remove(item.key);
    // Said only once it lies on the device: from here on the page may be closed.
    item.blob = blob;
    state(item, "queued");
    go();
  }

  function add(item) {
    items.push(item);
    item.tile.querySelector(".photo-remove").addEventListener("click", () => drop(item));
    tell();
  }

  function drop(item) {
    item.gone = true;
    item.request?.abort();
    items.splice(items.indexOf(item), 1);
    item.tile.remove();
    store.remove(item.key);
    tell();
    next();
  }

  // --- sending

  function go() {
    window.clearTimeout(timer);
    if (busy) return;
    const item = items.find((one) => one.blob && !one.refused);
    if (!item) return;
    busy = true;
    state(item, "sending");
    send(item);
  }

  function send(item) {
    const request = new XMLHttpRequest();
    const data = new FormData();
    data.set("csrfmiddlewaretoken", form.elements.namedItem("csrfmiddlewaretoken").value);
    data.set("key", item.key);
    data.set("topic", item.topic);
    for (const field of item.tile.querySelectorAll("[data-photo-field]")) data.set(field.dataset.photoField, field.value);
    data.set("photo", item.blob, item.name.replace(/\.\w+$/, "") + ".jpg");
    item.request = request;
    request.open("POST", form.dataset.photos);
    request.setRequestHeader("HX-Request", "true");
    request.timeout = PATIENCE;
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) bar(item).value = (event.loaded / event.total) * 95;
    });
    request.addEventListener("load", () => answered(item, request));
    for (const fault of ["error", "timeout"]) request.addEventListener(fault, () => later(item));
    request.addEventListener("abort", () => (busy = false));
    request.send(data);
  }

  function answered(item, request) {
    if (request.getResponseHeader("HX-Redirect")) return refuse(item, form.dataset.textSignedOut);
    if (request.status === 201) return arrived(item, request.responseText);
    if (request.status >= 500 || request.status === 429 || request.status === 408) return later(item);
    if (request.status === 403) return refuse(item, form.dataset.textStale);
    const isSentence = (request.getResponseHeader("Content-Type") ?? "").startsWith("text/plain");
    return refuse(item, isSentence ? request.responseText : form.dataset.textClosed);
  }

  function arrived(item, markup) {
    failures = 0;
    const holder = document.createElement("template");
    holder.innerHTML = markup.trim();
    item.tile.replaceWith(holder.content);
    items.splice(items.indexOf(item), 1);
    store.remove(item.key);
    tell();
    next();
  }

  function refuse(item, sentence) {
    item.refused = true;
    item.tile.classList.add("photo-refused");
    item.tile.querySelector(".photo-state").textContent = sentence;
    tell();
    next();
  }

  function later(item) {
    busy = false;
    failures += 1;
    bar(item).value = 0;
    const pause = Math.min(LONGEST_PAUSE, 2 ** failures) + Math.random();
    item.tile.querySelector(".photo-state").textContent = form.dataset.textRetry.replace("{seconds}", Math.round(pause));
    timer = window.setTimeout(go, pause * 1000);
  }

  function next() {
    busy = false;
    if (pending()) return go();
    if (afterwards) {
      const act = afterwards;
      afterwards = null;
      act();
    }
  }

  async function remove(button) {
    const data = new FormData();
    data.set("csrfmiddlewaretoken", form.elements.namedItem("csrfmiddlewaretoken").value);
    button.disabled = true;
    try {
      const response = await fetch(button.dataset.photoRemove, { method: "POST", body: data, headers: { "HX-Request": "true" } });
      if (response.ok && !response.headers.get("HX-Redirect")) return button.closest(".photo").remove();
    } catch {
      // Said below: the photo stays until the network is back.
    }
    button.disabled = false;
    line.hidden = false;
    line.textContent = form.dataset.textOffline;
  }

  // --- what is seen

  function tile(topic, blob) {
    const made = waiting.content.firstElementChild.cloneNode(true);
    const image = made.querySelector("img");
    image.src = URL.createObjectURL(blob);
    image.addEventListener("load", () => URL.revokeObjectURL(image.src), { once: true });
    form.querySelector(`[data-photos-of="${topic}"]`).append(made);
    return made;
  }

  function bar(item) {
    return item.tile.querySelector("progress");
  }

  function state(item, name) {
    item.tile.querySelector(".photo-state").textContent = form.dataset[`text${name[0].toUpperCase()}${name.slice(1)}`];
  }

  function pending() {
    return items.filter((item) => !item.refused).length;
  }

  function tell() {
    const count = pending();
    line.hidden = count === 0;
    const words = count === 1 ? form.dataset.textPhoto : form.dataset.textPhotos.replace("{count}", count);
    line.textContent = afterwards ? `${words} · ${form.dataset.textWaiting}` : words;
  }

  return {
    pending,
    whenEmpty(act) {
      afterwards = act;
      tell();
      go();
    },
  };
}

async function shrunk(file) {
  let picture;
  try {
    picture = await decoded(file);
  } catch {
    // A format this browser cannot read: the server looks at it, and makes it smaller too.
    return file;
  }
  const scale = Math.min(1, LONGEST_EDGE / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(picture.width * scale));
  canvas.height = Math.max(1, Math.round(picture.height * scale));
  const context = canvas.getContext("2d");
  context.fillStyle = "#fff";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.close?.();
  const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", QUALITY));
  return blob ?? file;
}

async function decoded(file) {
  // Turned upright as the camera noted it.
  if ("createImageBitmap" in window) return createImageBitmap(file, { imageOrientation: "from-image" });
  const image = new Image();
  image.src = URL.createObjectURL(file);
  try {
    await image.decode();
  } finally {
    URL.revokeObjectURL(image.src);
  }
  return image;
}

// crypto.randomUUID exists on HTTPS only; an office's own server may have none.
function uuid() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

for (const form of document.querySelectorAll("form[data-photo-queue]")) {
  const queue = photoQueue(form);
  form.addEventListener("submit", (event) => {
    if (!queue.pending()) return;
    event.preventDefault();
    queue.whenEmpty(() => form.requestSubmit(event.submitter));
  });
  window.addEventListener("beforeunload", (event) => {
    if (queue.pending()) event.preventDefault();
  });
}
