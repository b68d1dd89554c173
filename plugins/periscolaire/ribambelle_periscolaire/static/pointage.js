// Marks are kept on the tablet first, then sent in one batch; each bears a name that makes it count once.
const form = document.querySelector('[data-roll]'), told = document.querySelector('#etat')
const STORE = 'pointage'
const plural = (count, one, many) => `${count} ${count > 1 ? many : one}`

const base = () => new Promise((done, failed) => {
  const asked = indexedDB.open(STORE, 1)
  asked.onupgradeneeded = () => asked.result.createObjectStore('marks', {keyPath: 'id'})
  asked.onsuccess = () => done(asked.result)
  asked.onerror = () => failed(asked.error)
})
const kept = async (mode, act) => {
  const opened = await base()
  try {
    return await new Promise((done, failed) => {
      const turn = opened.transaction('marks', mode), answer = act(turn.objectStore('marks'))
      turn.oncomplete = () => done(answer?.result)
      turn.onerror = () => failed(turn.error)
    })
  } finally { opened.close() }
}
const all = () => kept('readonly', marks => marks.getAll())

const wipe = async () => {
  await caches.delete(STORE)
  indexedDB.deleteDatabase(STORE)
  for (const worker of await navigator.serviceWorker.getRegistrations()) await worker.unregister()
  document.body.replaceChildren()
  location.replace('/pointage')
}

const say = (mode, words) => { told.dataset.mode = mode; told.textContent = words }
const show = async (words = '') => {
  const count = (await all()).length
  if (!navigator.onLine) say('hors', count ? `Hors connexion : ${plural(count, 'pointage gardé', 'pointages gardés')} sur cette tablette` : 'Hors connexion : vous pouvez pointer')
  else if (words) say('hors', words)
  else if (count) say('envoi', `${plural(count, 'pointage', 'pointages')} à envoyer`)
  else say('ok', 'Tout est enregistré')
}

const paint = ({child, unit, act}) => {
  for (const button of form.querySelectorAll(`[data-key="${child}.${unit}"]`)) {
    const mine = button.value.split('.')[2]
    button.setAttribute('aria-pressed', String(mine === act || (act === 'left' && mine === 'present')))
  }
}

const keep = async () => {
  if (!('until' in form.dataset)) return
  const store = await caches.open(STORE)
  const linked = [...document.querySelectorAll('link[href], script[src], img[src]')].map(one => one.href || one.src)
  const signs = document.querySelector('use')?.getAttribute('href')?.split('#')[0]
  for (const href of new Set([location.href.split('#')[0], ...linked, ...(signs ? [new URL(signs, location).href] : [])])) {
    const found = await fetch(href)
    if (found.ok && !found.redirected) await store.put(href, found)
  }
}

let sending = false
const send = async () => {
  if (sending || !navigator.onLine) return show()
  const marks = await all()
  if (!marks.length) return show()
  sending = true
  let words = ''
  try {
    const found = await fetch('/pointage/lot', {method: 'POST', headers: {'content-type': 'application/json'}, body: JSON.stringify(marks)})
    if (found.status === 401 || found.status === 403) return await wipe()
    if (!found.ok || found.redirected) words = 'Pas encore envoyé : vos pointages sont gardés, rechargez la page'
    else {
      const answer = await found.json(), refused = Object.entries(answer.refused)
      await kept('readwrite', store => { for (const id of [...answer.kept, ...refused.map(one => one[0])]) store.delete(id) })
      for (const [child, unit] of answer.conflicts) form.querySelector(`[id="e${child}-${unit}"] .contraire`)?.removeAttribute('hidden')
      if (refused.length) words = `${plural(refused.length, 'pointage refusé', 'pointages refusés')}. ${refused[0][1]}`
      if (form.querySelector('.ajout [aria-pressed=true]')) location.reload()
      else await keep()
    }
  } catch { words = 'Pas encore envoyé : vos pointages sont gardés sur cette tablette' } finally { sending = false }
  await show(words)
  if (!words && (await all()).length) await send()
}

if (form && 'until' in form.dataset && 'serviceWorker' in navigator && 'indexedDB' in window) {
  if (Date.parse(form.dataset.until) <= Date.now()) await wipe()
  form.addEventListener('submit', async event => {
    event.preventDefault()
    const [child, unit, act] = event.submitter.value.split('.')
    const mark = {id: crypto.randomUUID(), roll: +form.dataset.roll, day: form.dataset.day, child: +child, unit: +unit, act, at: new Date().toISOString()}
    await kept('readwrite', marks => marks.put(mark))
    paint(mark)
    await send()
  })
  addEventListener('online', send)
  addEventListener('offline', () => show())
  setInterval(() => { if (Date.parse(form.dataset.until) <= Date.now()) wipe(); else send() }, 60000)
  navigator.serviceWorker.addEventListener('message', event => { if (event.data === 'wipe') wipe() })
  navigator.serviceWorker.register('/pointage/service.js', {scope: '/pointage/'})
  for (const mark of await all()) if (mark.roll === +form.dataset.roll && mark.day === form.dataset.day) paint(mark)
  if (navigator.onLine) await keep().catch(() => {})
  await send()
  form.dataset.ready = ''
}
