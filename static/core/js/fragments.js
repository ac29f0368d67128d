// What htmx brings: failures are said in words, and a whole page where a part was expected
// (the session ended, the record is gone) replaces the window instead of landing in the middle of it.
export function fragments() {
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { xhr } = event.detail;
    if (/^\s*<!doctype/i.test(xhr.responseText)) {
      event.detail.shouldSwap = false;
      if (event.detail.requestConfig.verb === "get" || xhr.status < 400) window.location.assign(xhr.responseURL);
    }
  });
  const say = (text) => {
    const place = document.getElementById("notice");
    if (!place) return;
    place.textContent = text;
    window.setTimeout(() => place.replaceChildren(), 8000);
  };
  document.addEventListener("htmx:sendError", () => say(words("offline")));
  document.addEventListener("htmx:responseError", () => say(words("failed")));
}

function words(key) {
  return document.getElementById("notice")?.dataset[key] ?? "";
}
