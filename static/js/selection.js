// Rows ticked in a list stay ticked from page to page, in this tab, until something was chosen for them. A list without
// scripts has the ticks of its page.
(() => {
  "use strict";

  const keyOf = (list) => `ticked ${list}`;
  const key = (form) => keyOf(form.dataset.selection);
  const read = (form) => new Set(JSON.parse(sessionStorage.getItem(key(form)) || "[]"));
  const boxes = (form) => [...form.querySelectorAll("input[data-tick]")];

  function show(form) {
    const ticked = read(form), here = boxes(form);
    here.forEach((box) => { box.checked = ticked.has(box.value); });
    const all = form.querySelector("[data-tick-all]");
    if (all) {
      all.hidden = false;
      all.checked = here.length > 0 && here.every((box) => box.checked);
      all.indeterminate = !all.checked && here.some((box) => box.checked);
    }
    const elsewhere = [...ticked].filter((value) => !here.some((box) => box.value === value));
    form.querySelector("[data-ticked-elsewhere]").value = elsewhere.join(",");
    form.querySelector("[data-ticked-count]").textContent = ticked.size ? `${ticked.size} ticked` : "None ticked";
    form.querySelector("[data-untick]").hidden = !ticked.size;
  }

  function keep(form, change) {
    const ticked = read(form);
    change(ticked);
    sessionStorage.setItem(key(form), JSON.stringify([...ticked]));
    show(form);
  }

  document.addEventListener("change", ({ target }) => {
    const form = target.closest("form[data-selection]");
    if (!form || !target.matches("[data-tick], [data-tick-all]")) return;
    const changed = target.matches("[data-tick]") ? [target] : boxes(form);
    keep(form, (ticked) => changed.forEach((box) => (target.checked ? ticked.add(box.value) : ticked.delete(box.value))));
  });
  document.addEventListener("click", ({ target }) => {
    const form = target.closest("[data-untick]")?.closest("form[data-selection]");
    if (!form) return;
    keep(form, (ticked) => ticked.clear());
    // Its button is gone; whoever pressed it goes on from there.
    form.querySelector("button[type=submit]").focus();
  });

  // Else they would be among those that are ticked for something else, hours later.
  document.addEventListener("submit", ({ target }) => {
    if (target.dataset.usesTicks) sessionStorage.removeItem(keyOf(target.dataset.usesTicks));
  });

  const showAll = () => document.querySelectorAll("form[data-selection]").forEach(show);
  document.addEventListener("htmx:afterSettle", showAll);
  document.addEventListener("DOMContentLoaded", showAll);
})();
