// <select data-picker> becomes a box that finds its options by part of the text, by pinyin initials
// (data-search) or by full pinyin (data-spoken). The select stays in the form and is what is sent; without scripts it is the control.
const MOST = 80;

function begin(select) {
  const box = document.createElement("div");
  box.className = "picker";
  const input = document.createElement("input");
  input.type = "text";
  input.id = select.id;
  input.autocomplete = "off";
  input.spellcheck = false;
  for (const name of ["aria-describedby", "aria-invalid", "aria-required"]) {
    if (select.hasAttribute(name)) input.setAttribute(name, select.getAttribute(name));
  }
  if (select.required) input.required = true;
  const list = document.createElement("ul");
  list.id = `${select.id}_options`;
  list.className = "picker-list";
  list.hidden = true;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", document.querySelector(`label[for="${select.id}"]`)?.firstChild?.textContent ?? "");
  input.setAttribute("role", "combobox");
  input.setAttribute("aria-autocomplete", "list");
  input.setAttribute("aria-expanded", "false");
  input.setAttribute("aria-controls", list.id);
  select.id = `${select.id}_select`;
  select.classList.add("picker-source");
  select.required = false;
  select.before(box);
  box.append(input, list);
  new Picker(select, input, list);
}

class Picker {
  constructor(select, input, list) {
    Object.assign(this, { select, input, list, active: -1, found: [] });
    this.rest();
    input.addEventListener("focus", () => input.select());
    input.addEventListener("click", () => this.open(""));
    input.addEventListener("input", (event) => {
      event.stopPropagation();
      this.open(input.value);
    });
    input.addEventListener("keydown", (event) => this.key(event));
    input.addEventListener("blur", () => this.leave());
    // Before the box loses its focus.
    list.addEventListener("mousedown", (event) => {
      event.preventDefault();
      const line = event.target.closest('[role="option"]');
      if (line) this.choose(this.found[Number(line.dataset.place)]);
    });
  }

  rest() {
    const option = this.select.selectedOptions[0];
    this.input.value = option?.value ? option.text : "";
    this.input.placeholder = [...this.select.options].find((one) => !one.value)?.text ?? "";
    this.close();
  }

  open(typed) {
    const key = levelled(typed);
    const options = [...this.select.options].filter((option) => option.value);
    this.found = (key ? options.filter((option) => fits(option, key)) : options).slice(0, MOST);
    this.list.replaceChildren();
    let group = null;
    this.found.forEach((option, place) => {
      const its = option.parentElement.label ?? null;
      if (its && its !== group) this.list.append(line("picker-group", its));
      group = its;
      const shown = line("", option.text);
      shown.id = `${this.list.id}_${place}`;
      shown.dataset.place = String(place);
      shown.setAttribute("role", "option");
      shown.setAttribute("aria-selected", String(option.selected));
      this.list.append(shown);
    });
    this.list.hidden = this.found.length === 0;
    this.input.setAttribute("aria-expanded", String(this.found.length > 0));
    this.mark(key && this.found.length ? 0 : this.found.findIndex((option) => option.selected));
  }

  close() {
    this.list.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
    this.active = -1;
  }

  mark(place) {
    this.active = place;
    for (const shown of this.list.querySelectorAll('[role="option"]')) {
      const here = Number(shown.dataset.place) === place;
      shown.classList.toggle("is-active", here);
      if (here) {
        this.input.setAttribute("aria-activedescendant", shown.id);
        shown.scrollIntoView({ block: "nearest" });
      }
    }
  }

  key(event) {
    const closed = this.list.hidden;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (closed) return this.open("");
      const step = event.key === "ArrowDown" ? 1 : -1;
      this.mark((this.active + step + this.found.length) % this.found.length);
    } else if (event.key === "Enter" && !closed && this.active >= 0) {
      event.preventDefault();
      this.choose(this.found[this.active]);
    } else if (event.key === "Escape" && !closed) {
      event.stopPropagation();
      this.rest();
    }
    return undefined;
  }

  choose(option) {
    if (option && !option.selected) {
      option.selected = true;
      this.select.dispatchEvent(new Event("input", { bubbles: true }));
      this.select.dispatchEvent(new Event("change", { bubbles: true }));
    }
    this.rest();
  }

  leave() {
    const nothing = [...this.select.options].find((option) => !option.value);
    // An emptied box means "none" where that can be chosen; anything half-typed is forgotten.
    if (!this.input.value.trim() && nothing) this.choose(nothing);
    else this.rest();
  }
}

function line(css, text) {
  const item = document.createElement("li");
  item.className = css;
  if (css) item.setAttribute("role", "presentation");
  item.textContent = text;
  return item;
}

function levelled(text) {
  return text.normalize("NFKC").toLowerCase().replace(/\s+/g, "");
}

function fits(option, key) {
  return (option.dataset.search ?? "").includes(key) || levelled(option.text).includes(key) || option.value.startsWith(key)
    || isSpoken(option.dataset.spoken, key);
}

// From the beginning of any syllable on: `shichang` finds 砂石厂, `an` does not find 厂 (chang).
function isSpoken(spoken, key) {
  const letters = key.replace(/['’·-]/g, "").replace(/ü|u:/g, "v");
  if (!spoken || !/^[a-z0-9]+$/.test(letters)) return false;
  return spoken.split("|").some((way) => {
    const heard = way.split(" ");
    return heard.some((syllable, place) => heard.slice(place).join("").startsWith(letters));
  });
}

for (const select of document.querySelectorAll("select[data-picker]")) begin(select);
