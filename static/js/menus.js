// Menus are <details>; this adds closing by Esc and by a click elsewhere. Also the sidebar on a phone.
(() => {
  "use strict";

  function closeAll(except) {
    for (const menu of document.querySelectorAll("details[data-menu][open]")) {
      if (menu !== except) menu.open = false;
    }
  }

  function setSidebar(open) {
    const button = document.querySelector("[data-sidebar-toggle]");
    if (!button) return;
    button.setAttribute("aria-expanded", String(open));
    document.getElementById("sidebar-body").classList.toggle("is-open", open);
  }

  document.addEventListener("click", (event) => {
    closeAll(event.target.closest("details[data-menu]"));
    const toggle = event.target.closest("[data-sidebar-toggle]");
    if (toggle) setSidebar(toggle.getAttribute("aria-expanded") !== "true");
  });

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const menu = event.target.closest("details[data-menu][open]");
    if (menu) {
      menu.open = false;
      menu.querySelector("summary").focus();
      return;
    }
    if (event.target.closest(".sidebar")) {
      setSidebar(false);
      document.querySelector("[data-sidebar-toggle]")?.focus();
    }
  });
})();
