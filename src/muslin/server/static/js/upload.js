// Files go up one by one, so that a cut connection costs one file; what has arrived is not sent again.

const form = /** @type {HTMLFormElement} */ (document.getElementById("upload"));
const drop = /** @type {HTMLElement} */ (form.querySelector(".drop"));
const picker = /** @type {HTMLInputElement} */ (form.querySelector("#files"));
const field = /** @type {HTMLInputElement} */ (form.querySelector("#name"));
const sending = /** @type {HTMLElement} */ (form.querySelector(".sending"));
const bar = /** @type {HTMLElement} */ (form.querySelector(".bar"));
const sent = /** @type {HTMLElement} */ (form.querySelector("#sent"));
const wall = /** @type {HTMLElement} */ (form.querySelector("#wall"));
const refused = /** @type {HTMLElement} */ (form.querySelector("#refused"));
const button = /** @type {HTMLButtonElement} */ (form.querySelector("button[type=submit]"));
const csrf = form.dataset.csrf ?? "";
const SHOWN = 60; // pictures on the wall while they are sent
const AT_ONCE = 3;
const TRIES = 4;

/** @type {{ file: File, path: string }[]} */
let chosen = [];

/** @param {string} text */
const plainName = (text) =>
  text.toLowerCase().normalize("NFKD").replace(/[^a-z0-9._-]+/g, "-").replace(/^[^a-z0-9]+|-+$/g, "").slice(0, 80);

/** @param {File} file @param {string} path */
async function put(file, path) {
  const address = `/shoots/${plainName(field.value)}/files/${path.split("/").map(encodeURIComponent).join("/")}`;
  for (let attempt = 1; ; attempt += 1) {
    try {
      const answer = await fetch(address, { method: "PUT", body: file, headers: { "X-CSRF-Token": csrf, Accept: "application/json" } });
      if (answer.ok) return null;
      const { message, hint } = await answer.json();
      return `${message} ${hint}`;
    } catch (error) {
      if (attempt === TRIES) return `${path} did not get through. Check the connection and import again.`;
      await new Promise((again) => setTimeout(again, 500 * 2 ** attempt));
    }
  }
}

/** @param {number} done @param {number} total */
function tell(done, total) {
  const share = total ? (100 * done) / total : 0;
  /** @type {HTMLElement} */ (bar.firstElementChild).style.width = `${share}%`;
  bar.setAttribute("aria-valuenow", String(Math.round(share)));
  sent.textContent = done < total ? `${done} of ${total} files sent` : `${total} files sent`;
}

/** @param {{ file: File, path: string }[]} files */
function choose(files) {
  const visible = files.filter(({ path }) => !path.split("/").some((part) => part.startsWith(".")));
  if (!visible.length) return;
  const folder = visible[0].path.includes("/") ? plainName(visible[0].path.split("/")[0]) : "";
  if (folder && !chosen.length) field.value = folder;
  chosen = [...chosen, ...visible];
  sending.hidden = false;
  button.textContent = `Import ${chosen.length} file${chosen.length === 1 ? "" : "s"}`;
  for (const { file } of visible.slice(0, SHOWN - wall.childElementCount)) {
    if (!/^image\/(jpeg|png|webp|avif)$/.test(file.type)) continue;
    const picture = new Image();
    picture.src = URL.createObjectURL(file);
    picture.onload = () => URL.revokeObjectURL(picture.src);
    wall.append(picture);
  }
}

async function send() {
  field.value = plainName(field.value);
  button.disabled = true;
  refused.replaceChildren();
  const there = await (await fetch(`/shoots/${field.value}/files`)).json();
  const waiting = chosen.filter(({ file, path }) => there[path] !== file.size);
  let done = chosen.length - waiting.length;
  tell(done, chosen.length);
  const one = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const trouble = await put(next.file, next.path);
      if (trouble) refused.append(Object.assign(document.createElement("li"), { textContent: trouble }));
      tell((done += 1), chosen.length);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, one));
  button.disabled = false;
  // @ts-ignore htmx is a plain script
  await window.htmx.ajax("POST", "/shoots", { values: { name: field.value }, source: form, swap: "none" });
}

/** @param {FileSystemEntry} entry @returns {Promise<{ file: File, path: string }[]>} */
async function walk(entry) {
  if (entry.isFile) {
    const file = await new Promise((found, lost) => /** @type {FileSystemFileEntry} */ (entry).file(found, lost));
    return [{ file, path: entry.fullPath.slice(1) }];
  }
  const reader = /** @type {FileSystemDirectoryEntry} */ (entry).createReader();
  const found = [];
  for (;;) {
    /** @type {FileSystemEntry[]} */
    const some = await new Promise((read, lost) => reader.readEntries(read, lost));
    if (!some.length) return found;
    for (const inner of some) found.push(...(await walk(inner)));
  }
}

picker.addEventListener("change", () => {
  choose([...(picker.files ?? [])].map((file) => ({ file, path: file.webkitRelativePath || file.name })));
});
for (const kind of ["dragenter", "dragover"]) {
  drop.addEventListener(kind, (event) => (event.preventDefault(), drop.classList.add("over")));
}
drop.addEventListener("dragleave", () => drop.classList.remove("over"));
drop.addEventListener("drop", async (event) => {
  event.preventDefault();
  drop.classList.remove("over");
  const entries = [...(event.dataTransfer?.items ?? [])].map((item) => item.webkitGetAsEntry());
  const found = [];
  for (const entry of entries) if (entry) found.push(...(await walk(entry)));
  choose(found);
});
form.addEventListener("submit", (event) => (event.preventDefault(), void send()));

export {};
