// <button data-confirm="What follows, in words."> asks before its form is sent.
export function confirmations() {
  let agreed = null;
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("button[data-confirm]");
    if (!button || agreed === button) return;
    event.preventDefault();
    if (await ask(button)) {
      agreed = button;
      button.click();
      agreed = null;
    }
  });
}

function ask(button) {
  const dialog = document.createElement("dialog");
  dialog.className = "ask";
  const text = document.createElement("p");
  text.textContent = button.dataset.confirm;
  text.id = "ask-text";
  dialog.setAttribute("aria-labelledby", "ask-text");
  const row = document.createElement("p");
  row.className = "actions";
  const no = document.createElement("button");
  no.className = "btn";
  no.textContent = document.getElementById("notice")?.dataset.cancel ?? "✕";
  const yes = document.createElement("button");
  yes.className = "btn btn-danger";
  yes.textContent = button.textContent.trim();
  row.append(no, yes);
  dialog.append(text, row);
  document.body.append(dialog);
  return new Promise((resolve) => {
    no.addEventListener("click", () => dialog.close("no"));
    yes.addEventListener("click", () => dialog.close("yes"));
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes");
      if (dialog.returnValue !== "yes") button.focus();
    });
    dialog.showModal();
    no.focus();
  });
}
