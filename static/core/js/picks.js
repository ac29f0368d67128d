// [data-picks] holds a picker that adds to a list of ticked boxes: what is chosen becomes a box of the list at once.
// Without scripts the button beside the picker ([data-picks-add]) sends the form and brings it back with the box.
//   select                 the picker; the server takes its value as one more choice
//   [data-picks-list]      the list of boxes
//   template               one line of it: an input and a [data-picks-label]
for (const place of document.querySelectorAll("[data-picks]")) {
  const select = place.querySelector("select");
  const list = place.querySelector("[data-picks-list]");
  const line = place.querySelector("template").content.firstElementChild;
  place.querySelector("[data-picks-add]").hidden = true;
  select.addEventListener("change", () => {
    const option = select.selectedOptions[0];
    if (!option?.value) return;
    const made = line.cloneNode(true);
    made.querySelector("input").value = option.value;
    made.querySelector("[data-picks-label]").textContent = option.text;
    list.append(made);
    option.remove();
    select.value = "";
  });
}
