// The till's camera, where the browser can read QR codes itself, and one press for one voucher. The
// page works without either: a scanner types, and so does a person.
(() => {
  // A second press while the first is on its way would only be told that the voucher is used.
  const once = document.querySelector("[data-once]");
  if (once) once.addEventListener("submit", () => { once.querySelector("button").disabled = true; });
  const form = document.querySelector("[data-till]");
  const camera = document.querySelector("[data-camera]");
  if (!form || !camera || !("BarcodeDetector" in window) || !navigator.mediaDevices) return;
  const field = form.querySelector("[name=text]");
  const [start, stop, view, trouble] = ["scan", "stop", "view", "trouble"].map((name) =>
    camera.querySelector(`[data-${name}]`),
  );
  let stream = null;
  const end = () => {
    if (stream) stream.getTracks().forEach((track) => track.stop());
    stream = null;
    view.hidden = stop.hidden = true;
    start.hidden = false;
  };
  const look = async (detector) => {
    if (!stream) return;
    const found = await detector.detect(view).catch(() => []);
    if (found.length && stream) {
      field.value = found[0].rawValue.slice(0, field.maxLength);
      end();
      form.requestSubmit();
      return;
    }
    setTimeout(() => look(detector), 200);
  };
  start.addEventListener("click", async () => {
    trouble.hidden = true;
    try {
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
      view.srcObject = stream;
      start.hidden = true;
      view.hidden = stop.hidden = false;
      await view.play();
      look(new BarcodeDetector({ formats: ["qr_code"] }));
    } catch {
      end();
      trouble.hidden = false;
    }
  });
  stop.addEventListener("click", end);
  window.BarcodeDetector.getSupportedFormats().then((formats) => {
    camera.hidden = !formats.includes("qr_code");
  });
})();
