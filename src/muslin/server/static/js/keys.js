// One registry for all keys: what is registered works, and the `?` sheet is made from it.

/** @typedef {{ key: string, shown: string, words: string, act: () => void }} Key */

/** @type {Key[]} */
const registry = [];

/**
 * Let a key do something.
 * @param {string} key as in KeyboardEvent.key, letters in lower case
 * @param {string} words what it does, for the sheet
 * @param {() => void} act
 * @param {string} [shown] how the sheet writes the key
 */
export function onKey(key, words, act, shown = key.toUpperCase()) {
  registry.push({ key, shown, words, act });
}

/** Open the sheet of all keys of this page. */
export function showKeys() {
  const sheet = document.getElementById("keys");
  if (!(sheet instanceof HTMLDialogElement)) return;
  const list = /** @type {HTMLElement} */ (sheet.querySelector("dl"));
  list.replaceChildren(
    ...registry.flatMap(({ shown, words }) => {
      const term = document.createElement("dt");
      const key = document.createElement("kbd");
      key.textContent = shown;
      term.append(key);
      const said = document.createElement("dd");
      said.textContent = words;
      return [term, said];
    }),
  );
  sheet.showModal();
}

/** @param {EventTarget | null} target */
const isTyping = (target) =>
  target instanceof HTMLElement && target.closest("input:not([type=radio]), textarea, select, [contenteditable]");

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
  if (document.querySelector("dialog[open]")) return;
  const found = registry.find(({ key }) => key === event.key || key === event.key.toLowerCase());
  if (!found) return;
  const onControl = event.target instanceof HTMLElement && event.target.closest("a, button, summary");
  if (event.key === " " && onControl) return; // Space presses what has the focus
  event.preventDefault();
  found.act();
});
