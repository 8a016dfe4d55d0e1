// Copy buttons. Without scripts the value selects as a whole by one click.
(() => {
  "use strict";

  function selectText(element) {
    const range = document.createRange();
    range.selectNodeContents(element);
    const selection = window.getSelection();
    selection.removeAllRanges();
    selection.addRange(range);
  }

  async function copy(button) {
    const value = button.closest("[data-copy]").querySelector("[data-copy-value]");
    const status = button.closest("[data-copy]").querySelector("[data-copy-status]");
    try {
      await navigator.clipboard.writeText(value.textContent);
      status.textContent = "Copied";
    } catch {
      // No clipboard over plain HTTP: leave it selected for the keyboard.
      selectText(value);
      status.textContent = "Selected; press Ctrl+C";
    }
    setTimeout(() => {
      status.textContent = "";
    }, 3000);
  }

  function upgrade(root) {
    for (const button of root.querySelectorAll("[data-copy-button]")) button.hidden = false;
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-copy-button]");
    if (button) copy(button);
  });
  document.addEventListener("DOMContentLoaded", () => upgrade(document));
  document.addEventListener("htmx:load", (event) => upgrade(event.detail.elt.parentElement || event.detail.elt));
})();
