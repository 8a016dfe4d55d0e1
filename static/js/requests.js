// Says honestly when a part of the page could not be refreshed; the page itself stays as it was.
(() => {
  "use strict";
  const reasons = {
    400: "the server did not understand the request",
    401: "you are signed out; sign in again",
    403: "your role does not allow it, or the form has expired",
    404: "it no longer exists",
    429: "too many requests; wait a moment",
    503: "the server is busy or being updated",
  };

  const banner = () => document.getElementById("refresh-banner");

  function show(reason) {
    const element = banner();
    if (!element) return;
    const dialog = document.getElementById("dialog");
    // An open dialog lies above the page and would hide it.
    const home = dialog?.open ? dialog : document.querySelector(".shell-main, .bare");
    if (element.parentElement !== home) home.prepend(element);
    const place = element.querySelector("[data-banner-text]");
    const text = `The page could not be refreshed: ${reason}.`;
    // A poll that goes on failing must not be announced every few seconds.
    if (!element.hidden && place.textContent === text) return;
    place.textContent = text;
    element.hidden = false;
  }

  function hide() {
    if (banner()) banner().hidden = true;
  }

  function reasonFor(status) {
    if (reasons[status]) return reasons[status];
    return status >= 500 ? `the server failed (error ${status})` : `the server answered ${status}`;
  }

  // A redirect to another page is followed unseen; a whole page must not end up inside a part of this one.
  function leaveForPage(event) {
    const answered = new URL(event.detail.xhr.responseURL || window.location.href);
    const wholePage = /^\s*<!doctype html/i.test(event.detail.serverResponse);
    if (!wholePage || answered.pathname === event.detail.pathInfo.finalRequestPath.split("?")[0]) return;
    event.detail.shouldSwap = false;
    // After signing in again the person should be on the page they were on.
    if (answered.pathname === document.documentElement.dataset.signIn) window.location.reload();
    else window.location.assign(answered);
  }

  document.addEventListener("htmx:beforeSwap", leaveForPage);
  document.addEventListener("htmx:responseError", (event) => show(reasonFor(event.detail.xhr.status)));
  document.addEventListener("htmx:sendError", () => show("the server cannot be reached"));
  document.addEventListener("htmx:timeout", () => show("the server did not answer within 30 seconds"));
  document.addEventListener("htmx:afterOnLoad", (event) => {
    if (event.detail.successful) hide();
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-banner-close]")) hide();
    if (event.target.closest("[data-banner-reload]")) window.location.reload();
  });
})();
