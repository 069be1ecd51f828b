// Starts PyScript. The hook taken away is the one thing in it that would need 'unsafe-eval'.
const seconds = Number(new URLSearchParams(location.search).get("patience")) || 20;
const failure = document.querySelector("#failure");
const retry = document.querySelector("#retry");
const reload = () => location.reload();
let why = "";
const note = (event) => (why ||= String(event.reason ?? event.message ?? event));
for (const kind of ["error", "unhandledrejection"]) addEventListener(kind, note);

// PyScript does not start where IndexedDB is refused or full; a sentence for that, or nothing.
globalThis.withoutStorage = () =>
  new Promise((resolve) => {
    const refused = (error) =>
      resolve(
        `This browser keeps nothing for this page (${error?.name}), and it cannot start without. ` +
          "Please allow it cookies and site data, or make room.",
      );
    try {
      const asked = indexedDB.open("scnn-asks");
      asked.onsuccess = () => {
        asked.result.close();
        indexedDB.deleteDatabase("scnn-asks");
        resolve("");
      };
      asked.onerror = () => refused(asked.error);
    } catch (error) {
      refused(error);
    }
  });

// Says what went wrong while Python is not there to say it.
const fail = async () => {
  const words = "A part of this page could not be loaded";
  document.querySelector("#state").textContent = `failed – ${words}.`;
  document.querySelector("#failure-text").textContent =
    (await withoutStorage()) || `${words}: a file is missing, not whole, or does not come. Is the network there?`;
  const traceback = document.querySelector(".py-error")?.textContent; // PyScript's, where main.py raised
  document.querySelector("#failure-details").textContent =
    why || traceback || `Nothing has started for ${seconds} seconds.`;
  failure.hidden = false;
  retry.addEventListener("click", reload);
};
const late = setTimeout(fail, 1000 * seconds);
const started = () => {
  clearTimeout(late);
  for (const kind of ["error", "unhandledrejection"]) removeEventListener(kind, note);
  failure.hidden = true; // it came after all
  retry.removeEventListener("click", reload);
};
addEventListener("scnn:started", started, { once: true });
try {
  const { hooks } = await import("./vendor/pyscript/core.js");
  hooks.worker.onBeforeRunAsync.clear();
} catch (error) {
  note(error);
  await fail();
}
