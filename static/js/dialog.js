// The one dialog of the site: opens when htmx fills #dialog-body, gives focus back to the opener.
(() => {
  "use strict";
  let opener = null;

  const host = () => document.getElementById("dialog");

  const body = () => document.getElementById("dialog-body");

  function open() {
    const dialog = host();
    // An answer that only closes the dialog, or only has parts for elsewhere, leaves nothing to show.
    if (dialog.open || !body().childElementCount) return;
    dialog.showModal();
    const first = dialog.querySelector("[autofocus]") || dialog.querySelector("#dialog-title");
    first?.focus();
  }

  function giveFocusBack() {
    const target = opener?.isConnected ? opener : document.getElementById("main");
    opener = null;
    target?.focus();
  }

  function close() {
    if (!host()?.open) return;
    host().close();
    body().replaceChildren();
  }

  document.addEventListener("htmx:beforeRequest", (event) => {
    const { target, elt } = event.detail;
    if (target?.id === "dialog-body" && !host().open) opener = elt;
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target?.id === "dialog-body") open();
  });
  // The server says so by `HX-Trigger: dialog:close`.
  document.addEventListener("dialog:close", close);
  document.addEventListener("DOMContentLoaded", () => {
    const dialog = host();
    if (!dialog) return;
    dialog.addEventListener("close", giveFocusBack);
    dialog.addEventListener("click", (event) => {
      const closer = event.target.closest("[data-dialog-close]");
      if (closer) event.preventDefault();
      if (closer || event.target === dialog) close();
    });
  });
})();
