// What is done shows at once: ticks in the strip of sections, the share of households that want it,
// and the field for the hazard only where there is one.
export function progress(form) {
  const asked = form.elements.namedItem("asked_households");
  const wishing = form.elements.namedItem("wishing_households");
  const wish = form.querySelector("[data-wish]");
  const hazard = form.elements.namedItem("has_hazard");
  const described = form.elements.namedItem("hazards").closest(".field");

  function tick(name, isDone) {
    form.querySelector(`[data-strip="${name}"]`)?.classList.toggle("is-done", isDone);
  }

  function drawWish() {
    const [whole, part] = [number(asked.value), number(wishing.value)];
    const isWrong = whole !== null && part !== null && part > whole;
    const isDone = whole > 0 && part !== null && !isWrong;
    const share = isDone ? Math.floor((part * 100) / whole) : 0;
    wish.querySelector("progress").value = share;
    wish.classList.toggle("is-wrong", isWrong);
    const words = isDone ? form.dataset.textWish.replace("{share}", share) : isWrong ? form.dataset.textWishWrong : form.dataset.textWishMissing;
    wish.querySelector("output").textContent = words;
    tick("wish", isDone);
  }

  function drawHazard() {
    described.hidden = !hazard.checked;
  }

  form.addEventListener("change", (event) => {
    const topic = event.target.name?.match(/^score_(.+)$/)?.[1];
    if (topic) tick(topic, true);
    if (event.target === hazard) {
      drawHazard();
      if (hazard.checked) described.querySelector("textarea").focus();
    }
  });
  for (const field of [asked, wishing]) field.addEventListener("input", drawWish);
  for (const chosen of form.querySelectorAll('input[name^="score_"]:checked')) tick(chosen.name.slice("score_".length), true);
  drawWish();
  drawHazard();
}

// Full-width digits are what a Chinese keyboard may give.
function number(text) {
  const plain = text.normalize("NFKC").trim();
  return /^\d{1,9}$/.test(plain) ? Number(plain) : null;
}
