// Keeps a shown voucher honest where the network goes: the picture would be too old at the till, so
// it fades, and the letters below it are what counts. Without this file the page only says so less.
"use strict";
(() => {
  const note = document.getElementById("offline");
  if (!note) return;
  const told = (away) => {
    note.hidden = !away;
    document.getElementById("moving")?.classList.toggle("off", away);
  };
  document.addEventListener("htmx:sendError", () => told(true));
  document.addEventListener("htmx:responseError", () => told(true));
  document.addEventListener("htmx:afterSwap", () => told(false));
  window.addEventListener("offline", () => told(true));
})();
