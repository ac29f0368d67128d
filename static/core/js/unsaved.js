// <form data-unsaved> warns before its changes are lost; the browser words the question.
export function unsavedChanges() {
  const changed = new Set();
  document.addEventListener("input", (event) => {
    const form = event.target.closest("form[data-unsaved]");
    if (form) changed.add(form);
  });
  document.addEventListener("submit", (event) => changed.delete(event.target));
  window.addEventListener("beforeunload", (event) => {
    const open = [...changed].filter((form) => form.isConnected);
    if (open.length) event.preventDefault();
  });
}
