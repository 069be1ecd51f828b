// Runs before anything is drawn. Chooses the page's language: the one of the address (?lang=de), the one that was
// chosen on this device, the first of the browser's that the page has, or English. Fetches its texts, and fills them
// into the page, which the build has filled with English; until then, nothing is shown. The size of type and what a
// link for a class hides are known before the page is drawn, too. The widgets are fetched here as well, so that
// they are there when boot.js unpacks them.
const LANGUAGES = ["en", "de", "es", "vi"];
const KEPT = "scnn language";

globalThis.scnnLanguage = (() => {
  const root = document.documentElement;
  const base = (tag) => String(tag).toLowerCase().split("-")[0];
  const kept = (name) => {
    try {
      return localStorage.getItem(name);
    } catch {
      return null; // the browser refuses storage
    }
  };
  const valid = (tag) => {
    try {
      return Boolean(new Intl.Locale(tag));
    } catch {
      return false; // if the locale is "C", WebKit reports a language that Intl, and so uPlot, rejects
    }
  };
  const ofBrowser = [...(navigator.languages ?? []), navigator.language].filter(valid);
  const [inQuery, inHash] = [location.search, location.hash.split("?")[1]].map((query) => new URLSearchParams(query));
  const asked = inQuery.get("lang") ?? inHash.get("lang"); // the hash of a link for a class has it
  const wanted = [asked, kept(KEPT), ...ofBrowser].map(base).find((one) => LANGUAGES.includes(one)) ?? "en";

  const made = { languages: LANGUAGES, kept: KEPT };
  const use = (language) => {
    root.lang = made.language = language;
    made.locale = ofBrowser.find((tag) => base(tag) === language) ?? language; // with its region, for numbers and dates
    Object.defineProperty(navigator, "language", { value: made.locale, configurable: true }); // uPlot asks it
  };
  const textOf = async (file) => {
    const answer = await fetch(file);
    if (!answer.ok) throw new Error(`${file}: status ${answer.status}`);
    return await answer.text();
  };
  const fetched = (language) => textOf(`texts/${language}.json`);
  const parsed = new Promise((resolve) => addEventListener("DOMContentLoaded", resolve, { once: true }));
  // Markup of the site's own catalogue; scripts in a parsed document never run.
  const nodes = (markup) => new DOMParser().parseFromString(markup, "text/html").body.childNodes;
  const fill = async () => {
    const { texts, markup } = JSON.parse(await made.texts);
    await parsed;
    for (const element of document.querySelectorAll("[data-text]")) {
      const key = element.dataset.text;
      if (key in markup) element.replaceChildren(...nodes(markup[key]));
      else element.textContent = texts[key];
    }
    for (const element of document.querySelectorAll("[data-text-label]"))
      element.setAttribute("aria-label", texts[element.dataset.textLabel]);
  };

  if (kept("scnn type") === "large") root.dataset.type = "large"; // for a projector, chosen in Teach
  if (inHash.has("lang")) {
    inQuery.set("lang", inHash.get("lang")); // so that it holds in every place, also after a reload
    history.replaceState(history.state, "", `?${inQuery}${location.hash}`);
  }
  if (inHash.has("hide")) root.dataset.hide = inHash.get("hide").replaceAll(",", " ");
  use(wanted);
  made.texts = fetched(wanted);
  made.shown = Promise.resolve();
  if (wanted !== "en") {
    root.dataset.words = "awaited"; // style.css hides the page
    made.texts = made.texts.catch(() => (use("en"), fetched("en")));
    made.shown = fill()
      .catch(() => {}) // the page shows its English, and boot.js what is missing
      .finally(() => delete root.dataset.words);
  }
  made.widgets = textOf("widgets.json");
  for (const awaited of [made.texts, made.widgets]) awaited.catch(() => {}); // main.py waits for them, and reports it
  return made;
})();
