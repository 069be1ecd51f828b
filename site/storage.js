// PyScript opens IndexedDB before it starts anything, for a cache that this site does not use. Where the browser
// refuses it (cookies blocked, no room, private windows) or does not answer, a stand-in in memory takes its place, and
// `storageRefused` says why: nothing is kept then. Used by the page and by its worker.
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

// As much of IndexedDB as PyScript's map uses.
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

// Firefox refuses this too where cookies are blocked; PyScript makes a channel, and uses it only with shared memory.
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
