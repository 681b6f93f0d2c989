// Reads the page's main sentences aloud. Without this file, or without a voice, the button stays
// hidden and nothing is missing from the page.
"use strict";
(() => {
  const button = document.querySelector("[data-read-aloud]");
  if (!button || !("speechSynthesis" in window)) return;
  const word = button.querySelector("span");
  const start = word.textContent;
  const rest = () => { word.textContent = start; };
  button.hidden = false;
  button.addEventListener("click", () => {
    if (speechSynthesis.speaking) {
      speechSynthesis.cancel();
      rest();
      return;
    }
    const said = [...document.querySelectorAll(".say")].map((part) => part.innerText.trim());
    const speech = new SpeechSynthesisUtterance(said.join("。"));
    speech.lang = document.documentElement.lang;
    speech.rate = 0.9;
    speech.onend = rest;
    word.textContent = button.dataset.stop;
    speechSynthesis.speak(speech);
  });
  window.addEventListener("pagehide", () => speechSynthesis.cancel());
})();
