// What the worker loads as its interpreter: Pyodide, also where the browser's storage is refused. The build puts it
// beside Pyodide's own files, where PyScript looks for the rest of them.
import "../../storage.js";
import "../../replicas.js";
export * from "./pyodide.mjs";

// Tells the page how much of each file has arrived, while it arrives.
const channel = new BroadcastChannel("scnn arrivals");
const count = async (response) => {
  const reader = response.body.getReader();
  let arrived = 0;
  for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
    arrived += piece.value.length;
    channel.postMessage([response.url, arrived]);
  }
};
const { fetch } = globalThis;
globalThis.fetch = async (...request) => {
  const response = await fetch(...request);
  if (response.ok && response.body) count(response.clone()).catch(() => {}); // whoever reads the original reports it
  return response;
};
