// The weights while they are typed: their sum, each one's share, and what an example would score.
const form = document.querySelector("form[data-weights]");
if (form) {
  const rows = [...form.querySelectorAll("tr[data-value]")];
  const sum = form.querySelector("[data-sum]");
  const example = form.querySelector("[data-example]");

  const draw = () => {
    const weights = rows.map((row) => weight(row.querySelector("input").value));
    const whole = weights.reduce((total, each) => total + each, 0);
    let score = 0;
    rows.forEach((row, at) => {
      const share = whole ? (weights[at] * 100) / whole : 0;
      const points = share * Number(row.dataset.value);
      score += points;
      row.querySelector("[data-share]").textContent = `${Number(share.toFixed(1))} %`;
      const cell = row.querySelector("[data-points]");
      if (cell) cell.textContent = points.toFixed(2);
    });
    sum.textContent = whole;
    if (example) example.textContent = score.toFixed(2);
  };
  form.addEventListener("input", draw);
  draw();
}

function weight(text) {
  const plain = text.normalize("NFKC").trim();
  return /^\d{1,3}$/.test(plain) ? Number(plain) : 0;
}
