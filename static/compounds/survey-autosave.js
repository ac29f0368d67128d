// Saves the form shortly after each change. What has not reached the server stays on the device
// (localStorage) and is put back when the page is opened again.
const SOON = 700;
const WHILE_TYPING = 1800;
const LONGEST_PAUSE = 60_000;
const PATIENCE = 30_000;

export function autosave(form) {
  const status = document.getElementById("survey-status");
  const version = form.elements.namedItem("version");
  const place = `survey:${form.dataset.place}`;
  let timer = 0;
  let dirty = false;
  let running = false;
  let stopped = false;
  let failures = 0;

  restore();

  form.addEventListener("input", (event) => changed(event, WHILE_TYPING));
  form.addEventListener("change", (event) => changed(event, SOON));
  window.addEventListener("online", () => dirty && save());

  function changed(event, delay) {
    if (event.target.type === "file") return;
    dirty = true;
    keep();
    schedule(delay);
  }

  function schedule(delay) {
    if (stopped) return;
    window.clearTimeout(timer);
    timer = window.setTimeout(save, delay);
  }

  async function save() {
    window.clearTimeout(timer);
    if (running || stopped) return;
    running = true;
    dirty = false;
    say("saving");
    try {
      receive(await send());
    } catch {
      retryLater();
    }
    running = false;
    if (dirty && !failures) schedule(SOON);
  }

  async function send() {
    const response = await fetch(form.action || window.location.href, {
      method: "POST",
      body: fields(),
      headers: { "HX-Request": "true" },
      signal: AbortSignal.timeout ? AbortSignal.timeout(PATIENCE) : undefined,
    });
    return { response, text: await response.text() };
  }

  function receive({ response, text }) {
    if (response.headers.get("HX-Redirect")) return end("signedOut");
    if (response.status >= 500 || response.status === 429) throw new Error("later");
    // A form opened before signing in anew is refused for its old token.
    if (response.status === 403) return end("stale");
    if (response.status !== 200 && response.status !== 422) return end("closed");
    failures = 0;
    status.innerHTML = text;
    const answer = status.firstElementChild;
    if ("conflict" in answer.dataset) {
      // The old version stays in the form: only the person's own "Save" may decide.
      stopped = true;
      return keep();
    }
    version.value = answer.dataset.version;
    if (response.status === 200 && !dirty) forget();
  }

  function end(text) {
    stopped = true;
    dirty = true;
    keep();
    say(text);
  }

  function retryLater() {
    dirty = true;
    failures += 1;
    keep();
    say("kept");
    schedule(Math.min(LONGEST_PAUSE, 2000 * 2 ** failures));
  }

  function say(text) {
    const line = document.createElement("p");
    line.className = text === "saving" ? "status-quiet" : "status-wrong";
    line.textContent = form.dataset[`text${text[0].toUpperCase()}${text.slice(1)}`];
    const missing = status.querySelector(".status-missing");
    status.replaceChildren(line, ...(missing ? [missing] : []));
  }

  // --- what stays on the device

  function fields() {
    const data = new FormData(form);
    for (const name of [...data.keys()]) if (name.startsWith("photos_")) data.delete(name);
    return data;
  }

  function values() {
    return [...fields()].filter(([name]) => name !== "csrfmiddlewaretoken" && name !== "version");
  }

  function keep() {
    try {
      localStorage.setItem(place, JSON.stringify({ values: values(), version: version.value }));
    } catch {
      // No room or not allowed: the warning before leaving remains.
    }
  }

  function forget() {
    try {
      localStorage.removeItem(place);
    } catch {
      // As above.
    }
  }

  function restore() {
    const kept = read();
    if (!kept) return;
    if (JSON.stringify(kept.values) === JSON.stringify(values())) return forget();
    const before = values();
    fill(kept.values);
    // With the version of that time, so that another person's later save is noticed.
    version.value = kept.version;
    const note = document.getElementById("survey-restored");
    note.hidden = false;
    note.querySelector("[data-survey-discard]").addEventListener("click", () => {
      forget();
      stopped = true;
      dirty = false;
      fill(before);
      window.location.reload();
    });
    dirty = true;
    schedule(SOON);
  }

  function read() {
    try {
      return JSON.parse(localStorage.getItem(place) ?? "null");
    } catch {
      return null;
    }
  }

  function fill(pairs) {
    const wanted = new Map(pairs);
    for (const field of form.elements) {
      if (!field.name || field.type === "hidden" || field.type === "file" || field.localName === "button") continue;
      if (field.type === "radio") field.checked = wanted.get(field.name) === field.value;
      else if (field.type === "checkbox") field.checked = wanted.has(field.name);
      else field.value = wanted.get(field.name) ?? "";
    }
  }

  return {
    isDirty: () => dirty,
    say,
    stop() {
      stopped = true;
      dirty = false;
      window.clearTimeout(timer);
    },
  };
}
