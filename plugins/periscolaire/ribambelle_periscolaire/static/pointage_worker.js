// Keeps the pages a paired tablet may hold, until the moment each says; nothing else of the portal.
const STORE = 'pointage'
const UNTIL = 'x-keep-until'
const over = kept => kept.headers.has(UNTIL) && Date.parse(kept.headers.get(UNTIL)) <= Date.now()

const wipe = async () => {
  await caches.delete(STORE)
  indexedDB.deleteDatabase(STORE)
  for (const page of await clients.matchAll()) page.postMessage('wipe')
}

const sweep = async () => {
  const store = await caches.open(STORE)
  for (const asked of await store.keys()) if (over(await store.match(asked))) await store.delete(asked)
}

const answer = async (asked, path) => {
  const store = await caches.open(STORE)
  try {
    const found = await fetch(asked)
    if (path.startsWith('/pointage') && (found.status === 401 || found.status === 403)) await wipe()
    else if (found.ok && (found.headers.has(UNTIL) || path.startsWith('/static/'))) await store.put(asked, found.clone())
    return found
  } catch (error) {
    await sweep()
    const kept = await store.match(asked)
    if (kept) return kept
    throw error
  }
}

self.addEventListener('install', () => self.skipWaiting())
self.addEventListener('activate', event => event.waitUntil(sweep().then(() => clients.claim())))
self.addEventListener('fetch', event => {
  const url = new URL(event.request.url)
  if (event.request.method !== 'GET' || url.origin !== location.origin) return
  if (url.pathname.startsWith('/pointage/') || url.pathname.startsWith('/static/')) event.respondWith(answer(event.request, url.pathname))
})
