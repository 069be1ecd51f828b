// What has to run before all else. Browsers load no modules from files: opened as one, the page does nothing more.
if (location.protocol === "file:") {
  document.querySelector("#state").textContent =
    "failed – this page was opened as a file, and needs a web server: run “python serve.py” in its folder, " +
    "and open the address that it prints.";
}
// Where the locale is "C", WebKit names a language that Intl refuses; uPlot, which loads next, asks Intl for it.
try {
  new Intl.Locale(navigator.language);
} catch {
  Object.defineProperty(navigator, "language", { value: "en" });
}
