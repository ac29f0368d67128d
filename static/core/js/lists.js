// Lists: ticked rows open the bar of actions; Shift ticks a range; links lead on with the filter of now.
export function lists() {
  document.addEventListener("change", (event) => {
    const form = event.target.closest("form[data-bulk]");
    if (!form) return;
    if (event.target.matches("[data-pick-all]")) {
      for (const box of boxes(form)) box.checked = event.target.checked;
    }
    count(form);
  });
  document.addEventListener("htmx:afterSwap", () => {
    const form = document.querySelector("form[data-bulk]");
    if (form) count(form);
  });
  let last = null;
  document.addEventListener("click", (event) => {
    const box = event.target.closest('form[data-bulk] input[name="pick"]');
    if (!box) return;
    const all = boxes(box.form);
    if (event.shiftKey && last && all.includes(last)) {
      const [from, to] = [all.indexOf(last), all.indexOf(box)].sort((a, b) => a - b);
      for (const each of all.slice(from, to + 1)) each.checked = box.checked;
      count(box.form);
    }
    last = box;
  });
  // The list changes without its head being drawn anew: what leads on from the filter takes the filter of now along.
  for (const wanted of ["pointerdown", "focusin"]) {
    document.addEventListener(wanted, (event) => {
      const link = event.target.closest?.("a[data-same-filter]");
      if (link) link.search = window.location.search;
    });
  }
  // Coming back, the browser ticks what was ticked, and only then.
  window.addEventListener("pageshow", () => {
    const form = document.querySelector("form[data-bulk]");
    if (form) count(form);
  });
}

function boxes(form) {
  return [...form.querySelectorAll('input[name="pick"]')];
}

function count(form) {
  const bar = form.querySelector(".bulk");
  if (!bar) return;
  const chosen = boxes(form).filter((box) => box.checked).length;
  const everything = form.querySelector("[data-bulk-all]").checked;
  bar.classList.toggle("is-open", chosen > 0 || everything);
  const place = bar.querySelector("[data-bulk-count]");
  place.textContent = (everything ? place.dataset.all : place.dataset.some).replace("{count}", String(chosen));
}
