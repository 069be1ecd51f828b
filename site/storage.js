// PyScript opens IndexedDB first, for a cache that this site does not use. If the browser refuses it (cookies blocked,
// disk full, private windows) or does not answer, this module replaces it with a substitute in memory, which saves
// nothing, and sets `storageRefused` to the reason. Used by the page and by its worker.
const PATIENCE = 3000; // milliseconds

const refusal = () =>
  new Promise((resolve) => {
    setTimeout(resolve, PATIENCE, "no answer");
    try {
      const request = indexedDB.open("scnn-asks");
      request.onsuccess = () => {
        request.result.close();
        indexedDB.deleteDatabase("scnn-asks");
        resolve("");
      };
      request.onerror = (event) => {
        event.preventDefault();
        resolve(request.error?.name ?? "Error");
      };
    } catch (error) {
      resolve(error.name);
    }
  });

// The part of IndexedDB that PyScript's map uses.
const memory = () => {
  const databases = new Map();
  const request = (value) => {
    const made = { result: value };
    queueMicrotask(() => made.onsuccess?.({ target: made }));
    return made;
  };
  const store = (entries) => ({
    clear: () => request(entries.clear()),
    count: () => request(entries.size),
    delete: (key) => request(entries.delete(key)),
    get: (key) => request(entries.get(key)),
    getAllKeys: () => request([...entries.keys()]),
    put: (value, key) => request(entries.set(key, value)),
  });
  const open = (name) => {
    if (!databases.has(name)) databases.set(name, new Map());
    const objectStore = () => store(databases.get(name));
    return request({ close() {}, transaction: () => ({ objectStore }) });
  };
  return { open, deleteDatabase: (name) => request(databases.delete(name)) };
};

// Firefox refuses this too if cookies are blocked. PyScript creates a channel, but uses it only with shared memory.
try {
  new BroadcastChannel("scnn-asks").close();
} catch {
  globalThis.BroadcastChannel = class extends EventTarget {
    postMessage() {}
    close() {}
  };
}

globalThis.storageRefused = await refusal();
if (storageRefused) Object.defineProperty(globalThis, "indexedDB", { value: memory(), configurable: true });
