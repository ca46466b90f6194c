// One picture large; a key each for yes and no. What was marked outlives a reload.
import { onKey } from "./keys.js";

/** @typedef {{ prompt: string, tuned: string, base: string, photo: string | null, faults: string[] }} Case */
/** @typedef {{ pass: boolean, reasons: string[] }} Mark */

const judge = /** @type {HTMLElement} */ (document.querySelector(".judge"));
/** @type {Case[]} */
const cases = JSON.parse(document.getElementById("cases")?.textContent ?? "[]");
const kept = `muslin-review-${judge.dataset.report}`;
/** @type {{ marks: Record<number, Mark>, past: number[] }} */
const state = JSON.parse(localStorage.getItem(kept) ?? '{"marks": {}, "past": []}');
const large = /** @type {HTMLImageElement} */ (document.getElementById("large"));
const mat = /** @type {HTMLElement} */ (large.parentElement);
const stitches = /** @type {HTMLElement} */ (judge.querySelector(".stitches"));
const reference = /** @type {HTMLElement} */ (document.getElementById("reference"));
const reasons = [...judge.querySelectorAll("[data-reason]")].map((one) => /** @type {HTMLElement} */ (one));
let now = Math.max(0, cases.findIndex((_, place) => !(place in state.marks)));
let untuned = false;

for (const { tuned, base } of cases) for (const source of [tuned, base]) new Image().src = source; // so that a key paints at once
stitches.append(...cases.map(() => document.createElement("i")));

/** @param {string} id @param {string} words */
const say = (id, words) => { /** @type {HTMLElement} */ (document.getElementById(id)).textContent = words; };

function paint() {
  const one = cases[now];
  large.src = untuned ? one.base : one.tuned;
  large.alt = `${one.prompt}, ${untuned ? "untuned" : "tuned"}`;
  say("asked", one.prompt);
  say("place", `${now + 1} of ${cases.length}${untuned ? " · untuned" : ""}`);
  say("measured", one.faults.length ? `Measured: ${one.faults.join(", ")}.` : "Nothing wrong was measured.");
  const photo = /** @type {HTMLImageElement} */ (reference.querySelector("img"));
  photo.hidden = !one.photo;
  if (one.photo) photo.src = one.photo;
  const mark = state.marks[now];
  for (const reason of reasons) reason.setAttribute("aria-pressed", String(mark?.reasons.includes(reason.dataset.reason ?? "") ?? false));
  [...stitches.children].forEach((stitch, place) => {
    const is = state.marks[place];
    stitch.className = `${is ? (is.pass ? "pass" : "fail") : ""} ${place === now ? "now" : ""}`;
  });
  const marks = Object.values(state.marks);
  stitches.setAttribute("aria-label", `${marks.length} of ${cases.length} looked at, ${marks.filter((m) => !m.pass).length} failed`);
  fillReasons(marks);
}

/** @param {Mark[]} marks */
function fillReasons(marks) {
  const failed = marks.filter((mark) => !mark.pass);
  const said = [...new Set(failed.flatMap((mark) => mark.reasons))];
  if (failed.length && !said.length) said.push(`${failed.length} of ${cases.length} pictures failed`);
  const place = document.querySelector("#reject [data-reasons]");
  place?.replaceChildren(...said.map((value) => Object.assign(document.createElement("input"), { type: "hidden", name: "reason", value })));
}

function keep() {
  localStorage.setItem(kept, JSON.stringify(state));
}

/** @param {boolean} pass */
function mark(pass) {
  state.marks[now] = { pass, reasons: pass ? [] : (state.marks[now]?.reasons ?? []) };
  state.past.push(now);
  keep();
  go(1);
}

/** @param {number} by */
function go(by) {
  untuned = false;
  now = Math.min(cases.length - 1, Math.max(0, now + by));
  paint();
}

function undo() {
  const last = state.past.pop();
  if (last === undefined) return;
  delete state.marks[last];
  keep();
  now = last;
  untuned = false;
  paint();
}

/** @param {string} reason */
function toggle(reason) {
  const before = state.marks[now]?.reasons ?? [];
  const after = before.includes(reason) ? before.filter((one) => one !== reason) : [...before, reason];
  state.marks[now] = { pass: false, reasons: after };
  if (!state.past.includes(now)) state.past.push(now);
  keep();
  paint();
}

function flip() {
  untuned = !untuned;
  paint();
}

onKey("p", "Pass", () => mark(true));
onKey("x", "Fail", () => mark(false));
onKey("u", "Undo", undo);
onKey(" ", "Untuned and tuned in turn", flip, "Space");
onKey("z", "100 %, and back", () => mat.classList.toggle("real"));
onKey("ArrowRight", "Next picture", () => go(1), "→");
onKey("ArrowLeft", "Picture before", () => go(-1), "←");
reasons.forEach((one, place) => {
  const reason = one.dataset.reason ?? "";
  onKey(String(place + 1), reason, () => toggle(reason));
  one.addEventListener("click", () => toggle(reason));
});
judge.addEventListener("click", (event) => {
  const doing = event.target instanceof Element ? event.target.closest("[data-do]") : null;
  if (doing instanceof HTMLElement) mark(doing.dataset.do === "pass");
});
large.addEventListener("click", flip);
for (const form of document.querySelectorAll("#approve, #reject")) {
  form.addEventListener("htmx:afterRequest", (event) => {
    if (/** @type {CustomEvent<{ successful: boolean }>} */ (event).detail.successful) localStorage.removeItem(kept);
  });
}
paint();
