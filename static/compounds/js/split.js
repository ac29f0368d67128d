// Splitting: how many households each part would have, while the buildings are being assigned.
const form = document.querySelector("[data-split]");
const sums = form?.querySelector("[data-split-sums]");

if (sums) {
  sums.hidden = false;
  form.addEventListener("change", add);
  add();
}

function add() {
  const parts = new Map();
  for (const row of form.querySelectorAll("tbody tr")) {
    const chosen = row.querySelector("input:checked");
    if (chosen) parts.set(chosen.value, (parts.get(chosen.value) ?? 0) + Number(row.dataset.households));
  }
  for (const cell of sums.querySelectorAll("[data-part-households]")) {
    cell.textContent = (parts.get(cell.dataset.partHouseholds) ?? 0).toLocaleString("en");
  }
}
