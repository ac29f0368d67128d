// The search box: Ctrl-K or ⌘K goes there, the arrow keys walk through what was found.
export function finder() {
  const form = document.querySelector("[data-finder]");
  if (!form) return;
  const input = form.querySelector("input");
  const hits = form.querySelector(".finder-hits");
  if (/Mac|iPhone|iPad/.test(navigator.platform)) form.querySelector("kbd").textContent = "⌘ K";

  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
      event.preventDefault();
      input.focus();
      input.select();
    }
  });
  form.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      hits.replaceChildren();
      input.blur();
      return;
    }
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const links = [...hits.querySelectorAll("a")];
    if (!step || !links.length) return;
    event.preventDefault();
    const next = links.indexOf(document.activeElement) + step;
    (next < 0 ? input : links[Math.min(next, links.length - 1)]).focus();
  });
}
