// The list changes without its head being drawn anew: the way to the map takes the filter of now along.
for (const link of document.querySelectorAll("a[data-same-filter]")) {
  const follow = () => {
    link.search = window.location.search;
  };
  link.addEventListener("pointerdown", follow);
  link.addEventListener("focus", follow);
}
