// In a narrow window a row of tabs runs sideways: the one that is open comes into view.
export function tabs() {
  for (const here of document.querySelectorAll(".tabs [aria-current]")) {
    const row = here.closest("ul");
    row.scrollLeft += here.getBoundingClientRect().right - row.getBoundingClientRect().right + 64;
  }
}
