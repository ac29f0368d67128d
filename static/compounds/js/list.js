// The list changes without its head being drawn anew: the way to the map takes the filter of now along.
for (const link of document.querySelectorAll("a[data-same-filter]")) {
  const follow = () => {
    link.search = window.location.search;
  };
  link.addEventListener("pointerdown", follow);
  link.addEventListener("focus", follow);
}

// The cluster of a row can be changed in its place by whoever may edit somewhere; the portal checks each row.
const form = document.querySelector("[data-cell-form]");
if (form) {
  offer();
  document.addEventListener("htmx:load", offer);
}

function offer() {
  for (const cell of document.querySelectorAll("[data-cluster-of]:not([data-offered])")) {
    cell.dataset.offered = "";
    const button = document.createElement("button");
    button.type = "button";
    button.className = "cell-edit";
    button.textContent = "✎";
    button.setAttribute("aria-label", form.dataset.wordEdit);
    button.addEventListener("click", () => edit(cell, button));
    cell.after(button);
  }
}

function edit(cell, button) {
  const input = document.createElement("input");
  input.className = "cell-input";
  input.maxLength = 60;
  input.value = cell.textContent === "—" ? "" : cell.textContent;
  input.setAttribute("aria-label", form.dataset.wordEdit);
  const before = input.value;
  let state = "open";
  const close = (shown) => {
    if (state === "closed") return;
    state = "closed";
    if (shown !== null) cell.textContent = shown;
    input.replaceWith(cell);
    button.hidden = false;
    button.focus();
  };
  input.addEventListener("keydown", async (event) => {
    if (event.key === "Escape") close(null);
    if (event.key !== "Enter") return undefined;
    // The list is a form of its own: Enter must not send it.
    event.preventDefault();
    if (input.value.trim() === before) return close(null);
    state = "saving";
    return close(await save(cell.dataset.clusterOf, input.value));
  });
  // Leaving without Enter changes nothing; while it is being saved, the answer closes the box.
  input.addEventListener("blur", () => state === "open" && close(null));
  cell.replaceWith(input);
  button.hidden = true;
  input.focus();
  input.select();
}

async function save(code, name) {
  const sent = new FormData(form);
  sent.set("cluster_name", name);
  try {
    const address = form.dataset.address.replace(/0\/cluster\/$/, `${encodeURIComponent(code)}/cluster/`);
    const answer = await fetch(address, { method: "POST", body: sent });
    if (answer.ok) return await answer.text();
  } catch {
    // Said below, as any other refusal.
  }
  document.getElementById("notice").textContent = form.dataset.wordFailed;
  return null;
}
