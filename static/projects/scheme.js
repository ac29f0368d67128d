// The table of a scheme: sums while somebody types, the catalogue narrowed by name or pinyin. Works without it too.

const cents = (text) => {
  const bare = text.normalize("NFKC").replace(/[,\s]/g, "");
  if (!/^\d{1,10}(\.\d{0,2})?$/.test(bare)) return null;
  const [whole, part = ""] = bare.split(".");
  return BigInt(whole) * 100n + BigInt(part.padEnd(2, "0"));
};

// Ten-thousandths of a yuan, exact, as the portal writes them.
function written(cost) {
  const whole = (cost / 10000n).toString().replace(/\B(?=(\d{3})+$)/g, ",");
  const part = ((cost % 10000n) + 50n) / 100n;
  if (part === 100n) return written((cost / 10000n + 1n) * 10000n);
  return part ? `${whole}.${part.toString().padStart(2, "0").replace(/0$/, "")}` : whole;
}

function sums(form) {
  const rows = [...form.querySelectorAll("tr.line")];
  const total = form.querySelector("[data-total]");
  const box = (row, name) => row.querySelector(`input[name$="-${name}"]`);
  form.addEventListener("input", (event) => {
    const row = event.target.closest("tr.line");
    if (!row) return;
    let all = 0n;
    for (const one of rows) {
      const quantity = cents(box(one, "quantity").value);
      const price = cents(box(one, "unit_cost").value);
      const cost = quantity === null || price === null ? null : quantity * price;
      if (one === row) {
        one.querySelector("[data-cost]").textContent = cost === null ? "—" : written(cost);
        const outside = one.querySelector(".outside");
        outside.hidden = price === null || (price >= cents(one.dataset.low) && price <= cents(one.dataset.high));
      }
      if (cost !== null) all += cost;
    }
    total.textContent = written(all);
  });
  // Enter goes down the column, as in a spreadsheet; the button saves.
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.target.tagName !== "INPUT" || !event.target.closest("tr.line")) return;
    event.preventDefault();
    const at = rows.indexOf(event.target.closest("tr.line"));
    const name = event.target.name.split("-").at(-1);
    const next = rows.slice(at + (event.shiftKey ? -1 : 1)).find((row) => box(row, name));
    if (next) {
      box(next, name).focus();
      box(next, name).select();
    }
  });
}

function catalogue(form) {
  const finder = form.querySelector("[data-catalogue-find]");
  const input = finder.querySelector("input");
  const found = finder.querySelector("[data-catalogue-found]");
  const rows = [...form.querySelectorAll("tr[data-search]")];
  finder.hidden = false;
  input.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    rows.find((row) => !row.hidden)?.querySelector("input").focus();
  });
  input.addEventListener("input", () => {
    const key = input.value.normalize("NFKC").toLowerCase().replace(/\s+/g, "");
    for (const row of rows) {
      const filled = row.querySelector('input[name$="-quantity"]').value.trim() !== "";
      row.hidden = !(filled || fits(row.dataset.search, key));
    }
    for (const group of form.querySelectorAll("[data-catalogue-group]")) {
      group.hidden = !group.querySelector("tr[data-search]:not([hidden])");
    }
    found.textContent = rows.every((row) => row.hidden) ? found.dataset.none : "";
  });
}

// As core.text.search_keys: what was typed, or its syllables in capitals behind a tab.
function fits(text, key) {
  if (!key || text.includes(key)) return true;
  const letters = key.replace(/['’·-]/g, "");
  return /^[a-z]+$/.test(letters) && text.includes(`\t${letters.toUpperCase()}`);
}

for (const form of document.querySelectorAll("form[data-scheme-sums]")) sums(form);
for (const form of document.querySelectorAll("form[data-catalogue]")) catalogue(form);
