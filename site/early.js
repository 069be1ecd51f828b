// Runs first. If the browser loads no modules, nothing else of the page runs.
var state = document.querySelector("#state");
if (location.protocol === "file:") {
  state.textContent =
    "failed – this page was opened as a file, but it needs a web server: run “python serve.py” in its folder, " +
    "and open the address that it prints.";
} else if (self.origin === "null") {
  state.textContent =
    "failed – this page is in a sandboxed frame (without allow-same-origin): open it in its own tab.";
} else if (!("noModule" in HTMLScriptElement.prototype)) {
  state.textContent = "failed – this browser is too old: Chrome and Edge 91, Firefox 89 and Safari 16.4, or newer, work.";
}
// If the locale is "C", WebKit reports a language that Intl, and so uPlot, rejects.
try {
  new Intl.Locale(navigator.language);
} catch {
  Object.defineProperty(navigator, "language", { value: "en" });
}
