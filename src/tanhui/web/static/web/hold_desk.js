// Keys for the list of holds, and what the citizen will read while it is written. The page works
// without either.
(() => {
  const items = [...document.querySelectorAll("[data-list] .it")];
  let at = items.findIndex((item) => item.hasAttribute("aria-current"));
  document.addEventListener("keydown", (event) => {
    const writing = event.target.closest("input, textarea, select");
    if (writing || event.ctrlKey || event.metaKey || event.altKey) return;
    const key = event.key.toLowerCase();
    if (event.key === "Enter") {
      if (document.activeElement === document.body && items[at]) items[at].click();
      return;
    }
    if (key !== "j" && key !== "k") return;
    at = Math.max(0, Math.min(items.length - 1, at + (key === "j" ? 1 : -1)));
    items.forEach((item, place) => item.classList.toggle("at", place === at));
    if (items[at]) items[at].scrollIntoView({ block: "nearest" });
  });
  const words = document.querySelector("[data-decide] textarea");
  const seen = document.querySelector("[data-seen]");
  const count = document.querySelector("[data-count]");
  if (!words || !seen || !count) return;
  const empty = seen.textContent;
  const tell = () => {
    seen.textContent = words.value.trim() || empty;
    count.textContent = `${words.value.length} / ${words.maxLength} · `;
  };
  words.addEventListener("input", tell);
  tell();
})();
