/* Without a network nothing is sent, and the page says so. Written so that an old browser inside another app reads it. */
(function () {
  "use strict";
  Array.prototype.forEach.call(document.querySelectorAll("form[data-online]"), function (form) {
    var note = form.querySelector("[data-offline]");
    form.addEventListener("submit", function (event) {
      if (navigator.onLine === false) {
        event.preventDefault();
        event.stopImmediatePropagation();
        form.removeAttribute("data-sent");
        note.hidden = false;
      }
    }, true);
    window.addEventListener("online", function () { note.hidden = true; });
  });
})();
