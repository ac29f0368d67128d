// Choosing from the pool: whoever ticks past a more urgent compound is told whom, before sending.
const form = document.querySelector("[data-choose]");
if (form) {
  const boxes = [...form.querySelectorAll("input[name=pick]")];
  const box = form.querySelector("[data-jump]");
  const words = form.querySelector("[data-jump-words]");
  const count = form.querySelector("[data-count]");
  const name = (tick) => tick.closest("tr").querySelector("[data-name]").textContent.trim();
  const look = () => {
    const last = boxes.findLastIndex((tick) => tick.checked);
    const passed = boxes.slice(0, Math.max(last, 0)).filter((tick) => !tick.checked);
    const chosen = boxes.filter((tick) => tick.checked).length;
    box.hidden = passed.length === 0;
    if (passed.length) {
      const text = passed.length === 1 ? form.dataset.wordsOne : form.dataset.words;
      words.textContent = text.replace("{name}", name(passed[0])).replace("{count}", passed.length);
    }
    count.textContent = chosen ? form.dataset.chosen.replace("{count}", chosen) : "";
  };
  form.addEventListener("change", look);
  look();
}
