// What is ticked at the desk, to be read back before it is entered: the answers in words, and the household's own sum.
const asked = document.querySelector("[data-read-back]");
if (asked) {
  const box = asked.querySelector("[data-summary]");
  const list = box.querySelector("[data-answers]");
  const read = () => {
    const said = new Map();
    let sum = 0;
    for (const item of asked.querySelectorAll("[data-asked]")) {
      const ticked = item.querySelector("input[type=radio]:checked");
      const word = ticked ? ticked.closest("label").textContent.trim() : list.dataset.missing;
      said.set(word, [...(said.get(word) ?? []), item.querySelector("[data-name]").textContent]);
      if (ticked?.value === "want") sum += Number(item.dataset.share);
    }
    list.replaceChildren(...[...said].map(([word, names]) => {
      const line = document.createElement("li");
      const bold = document.createElement("strong");
      bold.textContent = word;
      line.append(bold, ` ${names.join(document.documentElement.lang.startsWith("zh") ? "、" : ", ")}`);
      return line;
    }));
    box.querySelector("[data-sum]").textContent = sum.toLocaleString("en");
    box.hidden = false;
  };
  asked.addEventListener("change", read);
  read();
}
