// What has to run before all else. Where browsers load no modules, the page does nothing more.
var state = document.querySelector("#state");
if (location.protocol === "file:") {
  state.textContent =
    "failed – this page was opened as a file, and needs a web server: run “python serve.py” in its folder, " +
    "and open the address that it prints.";
} else if (self.origin === "null") {
  state.textContent =
    "failed – this page is in a frame that is shut off (sandbox without allow-same-origin): open it in a tab of its own.";
} else if (!("noModule" in HTMLScriptElement.prototype)) {
  state.textContent = "failed – this browser is too old: Chrome and Edge 91, Firefox 89 and Safari 16.4, or newer, will do.";
}
// Where the locale is "C", WebKit names a language that Intl refuses; uPlot, which loads next, asks Intl for it.
try {
  new Intl.Locale(navigator.language);
} catch {
  Object.defineProperty(navigator, "language", { value: "en" });
}
