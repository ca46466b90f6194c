// Runs before the first paint, so that a remembered choice never flashes.
(() => {
  const chosen = localStorage.getItem("muslin-theme");
  if (chosen === "light" || chosen === "dark") document.documentElement.dataset.theme = chosen;
})();
