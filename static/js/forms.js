// Small help for forms: show a password, guard a typed confirmation, submit filters on change, dismiss messages.
(() => {
  "use strict";

  function togglePassword(button) {
    const input = document.getElementById(button.getAttribute("aria-controls"));
    const shown = input.type === "text";
    input.type = shown ? "password" : "text";
    button.setAttribute("aria-pressed", String(!shown));
  }

  // A number may be typed in groups of three digits.
  const ungrouped = (text) => text.replace(/(?<=\d)[\s.,'’](?=\d{3}(?!\d))/g, "");

  function checkTyped(input) {
    const submit = input.form?.querySelector("[data-confirm-submit]");
    const { confirmExpected: expected, confirmNumber: isNumber } = input.dataset;
    const typed = input.value.trim();
    if (submit) submit.disabled = (isNumber === undefined ? typed : ungrouped(typed)) !== expected;
  }

  // What is so already is not asked for again; a part that refreshes itself says what that is.
  function disableCurrent() {
    for (const told of document.querySelectorAll("[data-now-of]")) {
      const select = told.closest("[data-now-scope]")?.querySelector(`select[name="${told.dataset.nowOf}"]`);
      for (const option of select?.options || []) option.disabled = option.value !== "" && option.value === told.dataset.now;
    }
  }

  function upgrade(root) {
    disableCurrent();
    for (const element of root.querySelectorAll("[data-password-toggle], [data-message-close]")) element.hidden = false;
    for (const input of root.querySelectorAll("[data-confirm-expected]")) checkTyped(input);
  }

  // A summary that is swapped in alone marks the fields that it names, and no longer those of the one before.
  function markNamed(form) {
    const links = form.querySelectorAll("[data-error-summary] a[href^='#']");
    const named = new Set([...links].map((link) => link.hash.slice(1)));
    for (const field of form.querySelectorAll(".form-control, .form-select")) {
      if (named.has(field.id)) {
        field.setAttribute("aria-invalid", "true");
        field.dataset.named = "";
      } else if ("named" in field.dataset) {
        field.removeAttribute("aria-invalid");
        delete field.dataset.named;
      }
    }
  }

  document.addEventListener("click", (event) => {
    const toggle = event.target.closest("[data-password-toggle]");
    if (toggle) togglePassword(toggle);
    const closer = event.target.closest("[data-message-close]");
    if (closer) closer.closest("[data-message]").remove();
  });
  document.addEventListener("input", (event) => {
    if (event.target.matches("[data-confirm-expected]")) checkTyped(event.target);
  });
  document.addEventListener("change", (event) => {
    const form = event.target.closest("form[data-submit-on-change]");
    if (form && event.target.matches("select, input[type=checkbox], input[type=radio]")) form.requestSubmit();
  });
  // A form that stays in the page after it was sent is empty again; one that was refused keeps what was typed.
  document.addEventListener("htmx:afterRequest", (event) => {
    const form = event.target.closest?.("form[data-reset-when-sent]");
    if (form && event.detail.successful) form.reset();
  });
  // The address of a list names only what was chosen.
  document.addEventListener("htmx:configRequest", (event) => {
    if (!event.target.matches("form.filter-bar")) return;
    const fields = event.detail.formData;
    for (const [name, value] of [...fields]) if (value === "") fields.delete(name);
  });
  document.addEventListener("DOMContentLoaded", () => {
    upgrade(document);
    document.querySelector("[data-error-summary]")?.focus();
  });
  document.addEventListener("htmx:load", (event) => upgrade(event.detail.elt.parentElement || event.detail.elt));
  document.addEventListener("htmx:afterSettle", (event) => {
    event.detail.target?.querySelector("[data-error-summary]")?.focus();
    const form = event.target.closest("form");
    if (form) markNamed(form);
  });
})();
