// Cells of a list that are changed in their place. Beside the list stands a form for each such column
// (templates/core/cell_form.html); its cells are marked (core.lists.editable). The portal checks each row.
const forms = new Map([...document.querySelectorAll("form[data-cell-form]")].map((form) => [form.dataset.cellForm, form]));
offer();
document.addEventListener("htmx:load", offer);

function offer() {
  for (const cell of document.querySelectorAll("[data-cell]:not([data-offered])")) {
    const form = forms.get(cell.dataset.cell);
    if (!form) continue;
    cell.dataset.offered = "";
    const button = document.createElement("button");
    button.type = "button";
    button.className = "cell-edit";
    button.textContent = "✎";
    button.setAttribute("aria-label", form.dataset.wordEdit);
    button.addEventListener("click", () => edit(cell, button, form));
    cell.after(button);
  }
}

async function edit(cell, button, form) {
  const address = form.dataset.address.replace("/0/", `/${encodeURIComponent(cell.dataset.of)}/`);
  const control = "choices" in form.dataset ? await choice(form, address) : box(form, cell);
  if (!control) return;
  const before = control.value;
  let state = "open";
  const close = (shown) => {
    if (state === "closed") return;
    state = "closed";
    if (shown !== null) cell.textContent = shown;
    control.replaceWith(cell);
    button.hidden = false;
    button.focus();
  };
  const keep = async () => {
    if (state !== "open") return;
    if (control.value.trim() === before) {
      close(null);
      return;
    }
    state = "saving";
    close(await save(form, address, control.value));
  };
  control.addEventListener("keydown", (event) => {
    if (event.key === "Escape") close(null);
    if (event.key !== "Enter") return;
    // The list is a form of its own: Enter must not send it.
    event.preventDefault();
    keep();
  });
  if (control.tagName === "SELECT") keepAtOnce(control, keep);
  // Leaving without Enter changes nothing; while it is being saved, the answer closes the control.
  control.addEventListener("blur", () => state === "open" && close(null));
  cell.replaceWith(control);
  button.hidden = true;
  control.focus();
  control.select?.();
}

// With the mouse a choice is made at once; with the keyboard it is looked through first and kept by Enter.
function keepAtOnce(control, keep) {
  let byKey = false;
  control.addEventListener("keydown", () => { byKey = true; });
  control.addEventListener("pointerdown", () => { byKey = false; });
  control.addEventListener("change", () => byKey || keep());
}

function box(form, cell) {
  const input = document.createElement("input");
  input.className = "cell-input";
  input.maxLength = Number(form.dataset.longest);
  input.value = cell.textContent === "—" ? "" : cell.textContent;
  input.setAttribute("aria-label", form.dataset.wordEdit);
  return input;
}

// What may be chosen differs from row to row: the portal answers with the select.
async function choice(form, address) {
  try {
    const answer = await fetch(address);
    if (answer.ok) {
      const holder = document.createElement("template");
      holder.innerHTML = await answer.text();
      return holder.content.querySelector("select");
    }
  } catch {
    // Said below, as any other refusal.
  }
  return refused(form);
}

// The row's new text, as it stands now; null where nothing was changed.
async function save(form, address, value) {
  const sent = new FormData(form);
  sent.set(form.dataset.field, value);
  try {
    const answer = await fetch(address, { method: "POST", body: sent });
    if (answer.ok) return await answer.text();
  } catch {
    // Said below, as any other refusal.
  }
  return refused(form);
}

function refused(form) {
  document.getElementById("notice").textContent = form.dataset.wordFailed;
  return null;
}
