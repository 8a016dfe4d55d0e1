// Keeps "3 min ago" true on a page that stays open. Same words as iotdash/lib/templatetags/_time_text.py.
(() => {
  "use strict";
  const skewOfClocks = 5;
  const minute = 60;
  const hour = 3600;
  const day = 86400;

  function span(seconds) {
    if (seconds < hour) return `${Math.floor(seconds / minute)} min`;
    if (seconds < day) return `${Math.floor(seconds / hour)} h`;
    const days = Math.floor(seconds / day);
    return days === 1 ? "1 day" : `${days} days`;
  }

  function words(seconds) {
    if (Math.abs(seconds) < minute) return seconds < -skewOfClocks ? "in a moment" : "just now";
    return seconds > 0 ? `${span(seconds)} ago` : `in ${span(-seconds)}`;
  }

  // The server's clock counts, not the browser's; a page from the history was rendered long ago and cannot tell.
  const restored = performance.getEntriesByType("navigation")[0]?.type === "back_forward";
  const rendered = Number(document.documentElement.dataset.now) * 1000;
  const skew = restored || !rendered ? 0 : Date.now() - rendered;

  function refresh() {
    for (const element of document.querySelectorAll("time[data-age]")) {
      const seconds = (Date.now() - skew - Date.parse(element.dateTime)) / 1000;
      if (Math.abs(seconds) >= 30 * day) continue; // the server wrote the date, in the person's zone
      const text = words(seconds);
      if (element.textContent !== text) element.textContent = text;
    }
  }

  setInterval(refresh, 15000);
})();
