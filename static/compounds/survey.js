// The survey form on a phone: saves by itself, sends photos in the background, shows what is done.
// The page is whole without it; this only spares taps and waiting.
import { autosave } from "./survey-autosave.js";
import { photoQueue } from "./survey-photos.js";
import { progress } from "./survey-progress.js";

const form = document.querySelector("form[data-survey]");
if (form) {
  const queue = photoQueue(form);
  const saving = autosave(form);
  progress(form);

  form.addEventListener("submit", (event) => {
    if (!navigator.onLine) {
      event.preventDefault();
      saving.say("offline");
      return;
    }
    // A submitted survey takes no more photos: they go first.
    if (event.submitter?.matches("[data-survey-submit]") && queue.pending()) {
      event.preventDefault();
      queue.whenEmpty(() => form.requestSubmit(event.submitter));
      return;
    }
    saving.stop();
  });
  window.addEventListener("beforeunload", (event) => {
    if (saving.isDirty() || queue.pending()) event.preventDefault();
  });
}
