// The survey's photos: the queue of the house with the survey's own parts. Phones out there keep
// photos under this name; another one would lose them.
import { photoQueue as queue } from "../core/js/photo-queue.js";

export function photoQueue(form) {
  return queue(form, {
    store: "survey-photos",
    line: document.getElementById("survey-queue"),
  });
}
