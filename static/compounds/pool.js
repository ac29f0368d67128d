// The board: the bar of actions opens with the first tick; a card may be dragged to another column.
// Both only fill in the form that is there anyway.
const form = document.querySelector("form[data-pool]");
const bar = form?.querySelector("[data-pool-bar]");
if (bar) {
  const words = bar.querySelector("[data-pool-count]");
  const clear = bar.querySelector("[data-pool-clear]");
  const ticked = () => [...form.querySelectorAll('input[name="pick"]:checked')];
  clear.hidden = false;

  const count = () => {
    const chosen = ticked().length;
    bar.classList.toggle("is-open", chosen > 0);
    words.textContent = form.dataset.textCount.replace("{count}", chosen);
  };
  let decided = false;
  form.addEventListener("change", (event) => {
    if (event.target.name === "batch") decided = true;
    if (event.target.name === "pick" && !decided) suggest(form, event.target);
    count();
  });
  clear.addEventListener("click", () => {
    for (const box of ticked()) box.checked = false;
    count();
  });
  count();
  dragging(form, ticked);
}

// The batch after the ticked card's own is where it most likely goes.
function suggest(form, box) {
  const choices = [...form.elements.namedItem("batch").options].map((option) => option.value);
  const here = choices.indexOf(box.closest("[data-batch]")?.dataset.batch);
  if (here >= 0 && here < choices.length - 2) form.elements.namedItem("batch").value = choices[here + 1];
}

function dragging(form, ticked) {
  let card = null;
  const makeDraggable = () => {
    for (const each of form.querySelectorAll("[data-pool-card]")) each.draggable = true;
  };
  makeDraggable();
  form.addEventListener("htmx:afterSwap", makeDraggable);
  form.addEventListener("dragstart", (event) => {
    card = event.target.closest("[data-pool-card]");
    card?.classList.add("is-dragged");
  });
  form.addEventListener("dragend", () => {
    card?.classList.remove("is-dragged");
    mark(null);
    card = null;
  });
  form.addEventListener("dragover", (event) => {
    const column = target(event);
    if (column) event.preventDefault();
    mark(column);
  });
  form.addEventListener("drop", (event) => {
    const column = target(event);
    if (!column) return;
    event.preventDefault();
    // A ticked card takes the other ticked ones along; a lone one goes alone.
    const box = card.querySelector('input[name="pick"]');
    if (!box.checked) for (const other of ticked()) other.checked = false;
    box.checked = true;
    form.elements.namedItem("batch").value = column.dataset.batch;
    form.requestSubmit();
  });

  function target(event) {
    const column = event.target.closest?.("[data-batch]");
    return card && column && !column.contains(card) ? column : null;
  }

  function mark(column) {
    for (const each of form.querySelectorAll(".is-target")) each.classList.toggle("is-target", each === column);
    column?.classList.add("is-target");
  }
}
