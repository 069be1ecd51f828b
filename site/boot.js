// Where the locale is "C", WebKit names a language that Intl refuses, and uPlot, which loads next, asks Intl for it.
try {
  new Intl.Locale(navigator.language);
} catch {
  Object.defineProperty(navigator, "language", { value: "en" });
}
// Starts PyScript. The hook taken away is the one thing in it that would need 'unsafe-eval'.
const late = setTimeout(() => {
  document.querySelector("#state").textContent =
    "failed – a part of this page could not be loaded. Please reload it.";
}, 20000);
addEventListener("scnn:started", () => clearTimeout(late), { once: true });
navigator.serviceWorker?.register("sw.js").catch(() => {}); // without it the page works, only not offline
const { hooks } = await import("./vendor/pyscript/core.js");
hooks.worker.onBeforeRunAsync.clear();
