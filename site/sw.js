// Caches the whole site, so that it works offline after one visit: first the page, then its documentation when the page
// has started. The build inserts the files with their hashes, and a stamp computed from them for each of the two: every
// build has caches of its own, so that versions are never mixed.
const STAMP = "{FILES stamp}";
const FILES = {};
const DOCUMENTATION_STAMP = "{DOCUMENTATION stamp}";
const DOCUMENTATION = {};

// Caches belong to the path: another build on the same origin (user.github.io/a and /b) has caches of its own.
const own = `scnn ${registration.scope} `;
const page = own + STAMP;
const documentation = `${own}docs ${DOCUMENTATION_STAMP}`;

const keep = async (name, files) => {
  const wanted = Object.entries(files).map(([file, hash]) => new Request(file, { integrity: hash, cache: "no-cache" }));
  await (await caches.open(name)).addAll(wanted); // all of them, or none
};

addEventListener("install", (event) => event.waitUntil(keep(page, FILES)));

addEventListener("activate", (event) => {
  const clean = async () => {
    const others = (await caches.keys()).filter(
      (other) => other.startsWith(own) && other !== page && other !== documentation,
    );
    await Promise.all(others.map((other) => caches.delete(other)));
    await clients.claim();
  };
  event.waitUntil(clean());
});

let keeping; // of the documentation: it is fetched once, however many pages ask
const keepDocumentation = async () => {
  if (await caches.match("docs/index.html", { cacheName: documentation })) return;
  keeping ??= keep(documentation, DOCUMENTATION).finally(() => (keeping = undefined));
  await keeping;
};

addEventListener("message", (event) => {
  // A new version waits until the user agrees, so that a running training is not interrupted.
  if (event.data === "take over") skipWaiting();
  if (event.data === "keep the documentation") event.waitUntil(keepDocumentation());
});

addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET" || !request.url.startsWith(registration.scope)) return;
  const answer = async () => {
    const url = new URL(request.url);
    const file = new URL(url.pathname.endsWith("/") ? "index.html" : url.pathname, url);
    const cacheName = file.href.startsWith(`${registration.scope}docs/`) ? documentation : page;
    return (await caches.match(file, { cacheName, ignoreSearch: true })) ?? fetch(request);
  };
  event.respondWith(answer());
});
