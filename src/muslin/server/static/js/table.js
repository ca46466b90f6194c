// The light table: a photo comes closer, with its crop and everything that was measured.
import { onKey } from "./keys.js";

const closer = /** @type {HTMLDialogElement} */ (document.getElementById("closer"));
const photos = () => [...document.querySelectorAll("[data-see]")].map((one) => /** @type {HTMLElement} */ (one));

/** @param {HTMLElement} one */
function look(one) {
  const known = document.getElementById(`see-${one.dataset.see}`);
  if (!(known instanceof HTMLTemplateElement)) return;
  closer.replaceChildren(known.content.cloneNode(true));
  closer.dataset.now = one.dataset.see;
  if (!closer.open) closer.showModal();
}

/** @param {number} by */
function go(by) {
  const all = photos();
  const open = closer.open ? closer.dataset.now : undefined;
  const at = open ? all.findIndex((one) => one.dataset.see === open) : all.indexOf(/** @type {HTMLElement} */ (document.activeElement));
  const next = all[Math.min(all.length - 1, Math.max(0, at + by))];
  if (open) look(next);
  next?.focus();
}

document.addEventListener("click", (event) => {
  const one = event.target instanceof Element ? event.target.closest("[data-see]") : null;
  if (one) look(/** @type {HTMLElement} */ (one));
});
closer.addEventListener("keydown", (event) => {
  if (event.key === "ArrowRight") go(1);
  if (event.key === "ArrowLeft") go(-1);
});
onKey("ArrowRight", "Next photo", () => go(1), "→");
onKey("ArrowLeft", "Photo before", () => go(-1), "←");
onKey("Enter", "Look closer", () => document.activeElement instanceof HTMLElement && document.activeElement.click(), "Enter");
