// Keeps the whole site, so that after one visit it works with no network. The build fills in the files with their
// hashes, and a stamp made of them: another build is another cache, and none is ever a mix of two.
const STAMP = "{stamp}";
const FILES = {};

// Caches belong to the path: another build on the same origin (user.github.io/a and /b) has caches of its own.
const own = `scnn ${registration.scope} `;
const name = own + STAMP;

addEventListener("install", (event) => {
  const wanted = Object.entries(FILES).map(
    ([file, hash]) => new Request(file, { integrity: hash, cache: "no-cache" }),
  );
  event.waitUntil(caches.open(name).then((cache) => cache.addAll(wanted)));
});

addEventListener("activate", (event) => {
  const clean = async () => {
    const others = (await caches.keys()).filter((other) => other.startsWith(own) && other !== name);
    await Promise.all(others.map((other) => caches.delete(other)));
    await clients.claim();
  };
  event.waitUntil(clean());
});

// A new version waits until the page's reader agrees: a training that runs is left alone.
addEventListener("message", (event) => {
  if (event.data === "take over") skipWaiting();
});

addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET" || !request.url.startsWith(registration.scope)) return;
  const answer = async () => {
    const url = new URL(request.url);
    const page = url.pathname.endsWith("/") ? "index.html" : url.pathname;
    const cache = await caches.open(name);
    return (await cache.match(new URL(page, url), { ignoreSearch: true })) ?? fetch(request);
  };
  event.respondWith(answer());
});
