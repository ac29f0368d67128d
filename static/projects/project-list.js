// The list changes without its head being drawn anew: what leads on from the filter takes the filter of now along.
for (const link of document.querySelectorAll("a[data-same-filter]")) {
  const follow = () => {
    link.search = window.location.search;
  };
  link.addEventListener("pointerdown", follow);
  link.addEventListener("focus", follow);
}

// The responsible person of a row can be changed in its place by whoever keeps projects somewhere;
// the portal says who may be chosen and checks each row.
const form = document.querySelector("[data-manager-form]");
if (form) {
  offer();
  document.addEventListener("htmx:load", offer);
}

function offer() {
  for (const cell of document.querySelectorAll("[data-manager-of]:not([data-offered])")) {
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

async function edit(cell, button) {
  const address = form.dataset.address.replace(/0\/manager\/$/, `${encodeURIComponent(cell.dataset.managerOf)}/manager/`);
  const choice = await ask(address);
  if (!choice) return;
  const before = choice.value;
  let state = "open";
  const close = (shown) => {
    if (state === "closed") return;
    state = "closed";
    if (shown !== null) cell.textContent = shown;
    choice.replaceWith(cell);
    button.hidden = false;
    button.focus();
  };
  const keep = async () => {
    if (state !== "open") return;
    if (choice.value === before) {
      close(null);
      return;
    }
    state = "saving";
    close(await save(address, choice.value));
  };
  choice.addEventListener("keydown", (event) => {
    if (event.key === "Escape") close(null);
    if (event.key !== "Enter") return;
    // The list is a form of its own: Enter must not send it.
    event.preventDefault();
    keep();
  });
  // With the mouse a choice is made at once; with the keyboard it is looked through first and kept by Enter.
  let byKey = false;
  choice.addEventListener("keydown", () => { byKey = true; });
  choice.addEventListener("pointerdown", () => { byKey = false; });
  choice.addEventListener("change", () => byKey || keep());
  choice.addEventListener("blur", () => state === "open" && close(null));
  cell.replaceWith(choice);
  button.hidden = true;
  choice.focus();
}

async function ask(address) {
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
  return refused();
}

async function save(address, manager) {
  const sent = new FormData(form);
  sent.set("manager", manager);
  try {
    const answer = await fetch(address, { method: "POST", body: sent });
    if (answer.ok) return await answer.text();
  } catch {
    // Said below, as any other refusal.
  }
  return refused();
}

function refused() {
  document.getElementById("notice").textContent = form.dataset.wordFailed;
  return null;
}
