// What every page does: theme, keys, notices, dialogs.
import { onKey, showKeys } from "./keys.js";

function otherTheme() {
  const root = document.documentElement;
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  const now = root.dataset.theme ?? (dark ? "dark" : "light");
  const next = now === "dark" ? "light" : "dark";
  root.dataset.theme = next;
  localStorage.setItem("muslin-theme", next);
}

/** @param {string} selector @param {() => void} act */
function onClick(selector, act) {
  document.addEventListener("click", (event) => {
    if (event.target instanceof Element && event.target.closest(selector)) act();
  });
}

onClick("[data-theme-switch]", otherTheme);
onClick("[data-keys]", showKeys);
onClick("[data-dismiss]", () => document.getElementById("notice")?.replaceChildren());

document.addEventListener("click", (event) => {
  if (event.target instanceof HTMLDialogElement) event.target.close(); // outside of its content
  if (event.target instanceof Element && event.target.closest("[data-close]")) event.target.closest("dialog")?.close();
});

document.addEventListener("htmx:afterRequest", (event) => {
  const ok = /** @type {CustomEvent<{ successful: boolean }>} */ (event).detail.successful;
  if (ok) document.getElementById("notice")?.replaceChildren();
  else document.getElementById("notice")?.scrollIntoView({ block: "center" });
});

onKey("?", "These keys", showKeys, "?");
for (const [key, words, to] of [["h", "Home", "/"], ["s", "Shoots", "/shoots"], ["p", "Profiles", "/profiles"], ["m", "Make", "/make"], ["l", "Library", "/library"]]) {
  if (!document.querySelector(".judge")) onKey(key, words, () => location.assign(to));
}
onKey("/", "Search", () => document.getElementById("search")?.focus(), "/");
onKey("d", "Light or dark", otherTheme);

const count = document.getElementById("count");
const prompts = document.getElementById("prompts");
const order = document.getElementById("order");
const foreseen = document.getElementById("foreseen");

/** The button of Make says what will be made, and how long that takes. */
function foresee() {
  if (!(count instanceof HTMLInputElement) || !(prompts instanceof HTMLTextAreaElement) || !order) return;
  const lines = prompts.value.split("\n").filter((line) => line.trim() && !line.trim().startsWith("#")).length;
  const total = Math.max(1, lines) * (Number(count.value) || 1);
  order.textContent = `Make ${total} picture${total === 1 ? "" : "s"}`;
  const each = Number(order.closest("form")?.dataset.each);
  if (each && foreseen) {
    const seconds = Math.max(1, Math.round(each * total));
    foreseen.textContent = `About ${seconds < 90 ? `${seconds} s` : `${Math.round(seconds / 60)} min`} on this machine.`;
  }
}
count?.addEventListener("input", foresee);
prompts?.addEventListener("input", foresee);
foresee();
