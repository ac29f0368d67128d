/* Small helps; every page works without them. Written so that an old browser inside another app reads it. */
(function () {
  "use strict";

  /* A second tap on the button sends nothing: the first one is on its way. */
  function once(form) {
    form.addEventListener("submit", function (event) {
      if (form.getAttribute("data-sent")) { event.preventDefault(); return; }
      form.setAttribute("data-sent", "1");
    });
  }

  /* The code is shown in groups as it is printed, while it is typed at its end. */
  function group(field) {
    var size = parseInt(field.getAttribute("data-groups"), 10);
    var composing = false;
    function shape() {
      if (composing || field.selectionStart !== field.value.length) { return; }
      var plain = field.value.replace(/[\s-]+/g, "");
      if (!/^[0-9A-Za-z]+$/.test(plain)) { return; }
      var parts = [];
      for (var start = 0; start < plain.length; start += size) { parts.push(plain.slice(start, start + size)); }
      var shaped = parts.join(" ");
      if (shaped !== field.value) { field.value = shaped; }
    }
    field.addEventListener("compositionstart", function () { composing = true; });
    field.addEventListener("compositionend", function () { composing = false; shape(); });
    field.addEventListener("input", shape);
  }

  /* Back from the next page, out of the browser's memory: the button works again. */
  window.addEventListener("pageshow", function () {
    Array.prototype.forEach.call(document.querySelectorAll("form[data-sent]"), function (form) {
      form.removeAttribute("data-sent");
    });
  });

  Array.prototype.forEach.call(document.querySelectorAll("form[data-once]"), once);
  Array.prototype.forEach.call(document.querySelectorAll("input[data-groups]"), group);
})();
