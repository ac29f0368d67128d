// The new total and what remains, while the quantity is being typed. Without scripts the figures above say it.
const form = document.querySelector("[data-report]");
const words = form.querySelector("[data-report-words]");
const quantity = form.elements.namedItem("quantity");
const hint = words.textContent;
const { unit, textTotal, textMore } = words.dataset;

// Hundredths as whole numbers: nothing is rounded by the way floating point is kept.
function hundredths(text) {
  const plain = text.normalize("NFKC").trim();
  if (!/^\d{1,10}(\.\d{0,2})?$/.test(plain)) return null;
  const [whole, part = ""] = plain.split(".");
  return Number(whole) * 100 + Number(part.padEnd(2, "0"));
}

function written(value) {
  return (value / 100).toLocaleString("en", { maximumFractionDigits: 2 });
}

function tell() {
  const now = hundredths(quantity.value);
  const planned = hundredths(form.dataset.planned);
  if (!now) {
    words.textContent = hint;
    return;
  }
  const total = hundredths(form.dataset.done) + now;
  const sentence = total > planned ? textMore : textTotal;
  words.textContent = sentence
    .replace("{total}", written(total))
    .replace("{planned}", written(planned))
    .replace("{unit}", unit)
    .replace("{left}", written(Math.max(planned - total, 0)));
}

quantity.addEventListener("input", tell);
tell();
