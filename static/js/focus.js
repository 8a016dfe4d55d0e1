// Whoever has the focus in a part that is swapped keeps it: htmx gives it back to elements with an id only. A poll would
// else take it from every button that it brings anew.
(() => {
  "use strict";
  const NAMED_BY = ["href", "formaction", "name", "value"];
  let left = null;

  const place = (element) => NAMED_BY.map((name) => element.getAttribute(name) ?? "").join("\n");
  const words = (element) => (element.getAttribute("aria-label") || element.textContent).trim();

  function leave({ detail: { target } }) {
    const element = document.activeElement;
    if (!target?.id || element === document.body || !target.contains(element)) return;
    left = { part: target.id, id: element.id, tag: element.tagName, place: place(element), words: words(element) };
  }

  // The same thing first; then one of the same words: a sort link leads elsewhere once it was followed.
  function again(part) {
    const same = [...part.querySelectorAll(left.tag)].filter((each) => words(each) === left.words && each.checkVisibility());
    return document.getElementById(left.id) || same.find((each) => place(each) === left.place) || same[0];
  }

  function giveBack({ detail: { target } }) {
    if (!left || left.part !== target?.id) return;
    const part = document.getElementById(left.part);
    if (part && document.activeElement === document.body) {
      const found = again(part);
      if (!found) part.tabIndex = -1;
      (found || part).focus({ preventScroll: true });
    }
    left = null;
  }

  document.addEventListener("htmx:beforeSwap", leave);
  document.addEventListener("htmx:afterSettle", giveBack);
})();
