// Where the locale is "C", WebKit names a language that Intl refuses; uPlot, which loads next, asks Intl for it.
try {
  new Intl.Locale(navigator.language);
} catch {
  Object.defineProperty(navigator, "language", { value: "en" });
}
