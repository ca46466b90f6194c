// A job as it goes. The browser itself asks for what it missed (Last-Event-ID) when it was away.

const WORDS = { import: "Opening files", check: "Looking at photos", prepare: "Preparing photos", train: "Learning", validate: "Drawing the proof" };

/** @param {number} seconds */
function duration(seconds) {
  const whole = Math.max(1, Math.round(seconds));
  if (whole < 90) return `${whole} s`;
  const minutes = Math.round(whole / 60);
  return minutes < 90 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** @param {HTMLElement} place */
function follow(place) {
  /** @param {string} name */
  const part = (name) => /** @type {HTMLElement} */ (place.querySelector(`[data-${name}]`));
  const bar = /** @type {HTMLElement} */ (part("bar").parentElement);
  const source = new EventSource(place.dataset.live ?? "");
  let step = "";
  let first = { at: 0, done: 0 };

  source.addEventListener("happened", (event) => {
    const said = JSON.parse(event.data);
    if (said.kind === "claimed") step = "";
    if (said.kind !== "progress") return;
    if (said.step !== step) {
      step = said.step;
      first = { at: said.at, done: said.done };
    }
    const share = said.total ? (100 * said.done) / said.total : 0;
    part("words").textContent = WORDS[/** @type {keyof typeof WORDS} */ (step)] ?? step;
    part("bar").style.width = `${share}%`;
    bar.setAttribute("aria-valuenow", String(Math.round(share)));
    part("count").textContent = `${said.done} of ${said.total} ${said.unit}`;
    const pace = (said.at - first.at) / (said.done - first.done);
    const left = pace * (said.total - said.done);
    part("left").textContent = Number.isFinite(left) && left > 0 ? `· about ${duration(left)} left` : "";
    part("note").textContent = step === "train" || step === "validate" ? said.note : "";
  });
  source.addEventListener("over", (event) => {
    source.close();
    const { state } = JSON.parse(event.data);
    if (state === "done") location.assign(place.dataset.then ?? location.href);
    else location.reload();
  });
}

for (const place of document.querySelectorAll("[data-live]")) follow(/** @type {HTMLElement} */ (place));

export {};
