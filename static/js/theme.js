// Sets the theme before the first paint: the person's choice, else the system's.
(() => {
  "use strict";
  const key = "iotdash-theme";
  const root = document.documentElement;
  const system = window.matchMedia("(prefers-color-scheme: dark)");

  function chosen() {
    try {
      return localStorage.getItem(key) || "system";
    } catch {
      return "system"; // storage may be refused; the choice then lasts for this page
    }
  }

  function apply(choice) {
    const dark = choice === "dark" || (choice === "system" && system.matches);
    root.dataset.bsTheme = dark ? "dark" : "light";
    for (const button of document.querySelectorAll("[data-theme-switch] [data-theme]")) {
      button.setAttribute("aria-pressed", String(button.dataset.theme === choice));
    }
    document.dispatchEvent(new CustomEvent("theme:change", { detail: root.dataset.bsTheme }));
  }

  function choose(choice) {
    try {
      localStorage.setItem(key, choice);
    } catch {
      // nothing to remember it in
    }
    apply(choice);
  }

  root.classList.add("js");
  apply(chosen());
  system.addEventListener("change", () => apply(chosen()));
  document.addEventListener("DOMContentLoaded", () => {
    for (const group of document.querySelectorAll("[data-theme-switch]")) group.hidden = false;
    apply(chosen());
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-theme-switch] [data-theme]");
    if (button) choose(button.dataset.theme);
  });
})();
