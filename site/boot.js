// Starts PyScript. Checks what the page needs of the browser, shows how much of Python has arrived, and reports errors
// until Python has started.
const SIMD = [0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98, 11];
const NEEDED = [
  [() => typeof WebAssembly === "object", "no_webassembly"],
  [() => WebAssembly.validate(new Uint8Array(SIMD)), "no_simd"],
  [() => typeof Worker === "function", "no_workers"],
];

const query = new URLSearchParams(location.search);
const PATIENCE = 1000 * (Number(query.get("patience")) || 20); // milliseconds without any data until the page reports an error
const element = (name) => document.querySelector(`#${name}`);
const reload = () => location.reload();

let why = "";
const note = (event) => (why ||= String(event.reason ?? event.message ?? event));
for (const kind of ["error", "unhandledrejection"]) addEventListener(kind, note);

// The texts that are needed before Python has started, or if it never does, are in the page.
const text = (name, values = {}) =>
  document.querySelector(`[data-text="boot.${name}"]`).textContent.replace(/{(\w+)}/g, (_, value) => values[value]);

const show = async (name, details) => {
  await scnnLanguage.shown;
  element("state").textContent = text("failed");
  element("state").dataset.state = "failed";
  element("failure-text").textContent = text(name);
  element("failure-details").textContent = details;
  element("failure").hidden = false;
  element("retry").addEventListener("click", reload);
};
const fail = () => {
  const traceback = document.querySelector(".py-error")?.textContent; // PyScript's, where main.py raised
  show("missing", why || traceback || text("nothing", { seconds: PATIENCE / 1000 }));
};

globalThis.lastArrival = performance.now();
const watch = setInterval(() => {
  if (performance.now() - lastArrival < PATIENCE) return;
  clearInterval(watch);
  fail();
}, 500);
// From here on, one handler for every error that nobody else handles, of the page's Python or of its libraries.
const report = (event) => {
  const details = String(event.reason ?? event.message ?? "no details");
  if (details.startsWith("ResizeObserver loop")) return; // a browser's own note, and no error
  element("failure-text").textContent = text("wrong");
  element("failure-details").textContent = details;
  element("failure").hidden = false;
};
const started = () => {
  clearInterval(watch);
  for (const kind of ["error", "unhandledrejection"]) {
    removeEventListener(kind, note);
    addEventListener(kind, report);
  }
  element("failure").hidden = true; // it came after all
  element("retry").removeEventListener("click", reload);
};

// Shows how much of Python's files has arrived, as the worker tells it while it fetches them.
const watchPython = async () => {
  const sizes = await (await fetch("python.json")).json();
  const total = Object.values(sizes).reduce((sum, size) => sum + size, 0);
  const arrived = {};
  new BroadcastChannel("scnn arrivals").onmessage = ({ data: [url, bytes] }) => {
    globalThis.lastArrival = performance.now(); // the page gives up only when nothing arrives
    const name = url.replace(new URL("./", location).href, "");
    if (!(name in sizes) || !element("failure").hidden) return;
    arrived[name] = Math.max(arrived[name] ?? 0, bytes); // another tab may be starting, too
    const share = Math.min(1, Object.values(arrived).reduce((sum, bytes) => sum + bytes) / total);
    if ((element("state").dataset.state ?? "loading") !== "loading") return;
    element("progress").value = share;
    element("state").textContent = text("arrived", { percent: Math.round(100 * share) });
  };
};

// uPlot draws the charts of trainings, so it runs when the rest of the page is there.
const CHARTS = "vendor/uplot/uPlot.iife.min.js";
globalThis.scnnCharts = () =>
  new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.onload = resolve;
    script.onerror = () => reject(new Error(`${CHARTS} is missing`));
    script.src = CHARTS;
    document.head.append(script);
  });

// The parts of the code editor that CodeMirror calls while it computes a state or handles a key, where no Python may run:
// MicroPython frees what only JavaScript still refers to. The marks follow the text.
const editorMarks = async (parts) => {
  const { StateEffect, StateField } = await parts.state;
  const { Decoration, EditorView } = await parts.view;
  const show = StateEffect.define();
  const field = StateField.define({
    create: () => Decoration.none,
    update: (marks, { changes, effects }) =>
      effects.reduce((now, effect) => (effect.is(show) ? effect.value : now), marks.map(changes)),
    provide: (marks) => EditorView.decorations.from(marks),
  });
  // What is typed over a selection goes through CodeMirror: Chromium would give it the style of what was there, inline.
  const typing = EditorView.domEventHandlers({
    beforeinput: (event, view) => {
      const over = event.inputType === "insertText" && event.data && !view.state.selection.main.empty;
      if (!over || view.state.readOnly) return false;
      view.dispatch(view.state.update(view.state.replaceSelection(event.data), { userEvent: "input.type" }));
      event.preventDefault();
      return true;
    },
  });
  return { show, extension: [field, typing] };
};

// The widgets come as one file of bytecode in Base64, and become files of MicroPython's.
const unpackWidgets = async ({ interpreter: { FS } }) => {
  const widgets = JSON.parse(await scnnLanguage.widgets);
  FS.mkdir("widgets");
  for (const [name, bytecode] of Object.entries(widgets))
    FS.writeFile(`widgets/${name}`, Uint8Array.from(atob(bytecode), (byte) => byte.charCodeAt(0)));
};

// Firefox alone asks for this: see site/replicas.js.
const startReplica = async ({ data }) => {
  if (data?.replicaWanted) (await import("./replicas.js")).startReplica(data.replicaWanted);
};

const startWorker = () => {
  const script = document.createElement("script");
  for (const [name, value] of Object.entries({ type: "py", name: "trainer", src: "worker.py", config: "worker.json" }))
    script.setAttribute(name, value);
  script.setAttribute("worker", "");
  document.body.append(script);
};

const missing = NEEDED.find(([has]) => !has());
if (missing) {
  clearInterval(watch);
  show(missing[1], navigator.userAgent);
} else {
  addEventListener("scnn:started", started, { once: true });
  try {
    await import("./storage.js");
    const { codemirror, hooks } = await import("./vendor/pyscript/core.js");
    globalThis.codemirror = codemirror; // the parts of the code editor, each fetched when it is first asked for
    globalThis.editorMarks = editorMarks;
    hooks.main.onReady.add(unpackWidgets);
    hooks.worker.onBeforeRunAsync.clear(); // the only part that needs 'unsafe-eval'
    if (!navigator.serviceWorker?.controller) watchPython().catch(note); // else, all of it is there
    hooks.main.onWorker.add((_, worker) => worker.addEventListener("message", startReplica));
    startWorker();
  } catch (error) {
    note(error);
    fail();
  }
}
