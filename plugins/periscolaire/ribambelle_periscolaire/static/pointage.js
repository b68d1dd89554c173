// Marks are kept on the tablet first, then sent in one batch; each bears a name that makes it count once.
// The names of the children leave at the end of the day; a mark stays until it is sent, or its refusal read.
let form = document.querySelector('[data-roll]')
const told = document.querySelector('#etat'), refused = document.querySelector('#refus')
const STORE = 'pointage', ACTS = {present: 'présent', absent: 'absent', left: 'parti'}
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
const waiting = async () => (await all()).filter(one => !one.refused)
const drop = ids => kept('readwrite', marks => { for (const id of ids) marks.delete(id) })

const wipe = async () => {
  await caches.delete(STORE)
  indexedDB.deleteDatabase(STORE)
  for (const worker of await navigator.serviceWorker.getRegistrations()) await worker.unregister()
  document.body.replaceChildren()
  location.replace('/pointage')
}

const say = (mode, words) => { told.dataset.mode = mode; told.textContent = words }
const list = async () => {
  const lost = (await all()).filter(one => one.refused)
  refused.hidden = !lost.length
  refused.querySelector('ul').replaceChildren(...lost.map(one => {
    const line = document.createElement('li'), name = document.querySelector(`#n${one.child}-${one.unit} b, #n${one.child} b`)?.textContent
    line.textContent = `${name ?? 'Un enfant'}, ${ACTS[one.act]}, le ${new Date(one.at).toLocaleString('fr-FR', {dateStyle: 'long', timeStyle: 'short'})} : ${one.refused}`
    return line
  }))
  return lost.length
}
const show = async (words = '') => {
  const count = (await waiting()).length, lost = await list()
  if (!navigator.onLine) say('hors', count ? `Hors connexion : ${plural(count, 'pointage gardé', 'pointages gardés')} sur cette tablette` : 'Hors connexion : vous pouvez pointer')
  else if (words) say('hors', words)
  else if (lost) say('hors', `${plural(lost, 'pointage refusé', 'pointages refusés')}`)
  else if (count) say('envoi', `${plural(count, 'pointage', 'pointages')} à envoyer`)
  else if (!form || 'until' in form.dataset) say('ok', 'Tout est enregistré')
}

const paint = ({child, unit, act}) => {
  for (const button of form?.querySelectorAll(`[data-key="${child}.${unit}"]`) ?? []) {
    const mine = button.value.split('.')[2]
    button.setAttribute('aria-pressed', String(mine === act || (act === 'left' && mine === 'present')))
  }
}

const keep = async () => {
  if (!form || !('until' in form.dataset)) return
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
  const marks = await waiting()
  if (!marks.length) return show()
  sending = true
  let words = ''
  try {
    const found = await fetch('/pointage/lot', {method: 'POST', headers: {'content-type': 'application/json'}, body: JSON.stringify(marks)})
    if (found.status === 401 || found.status === 403) return await wipe()
    if (!found.ok || found.redirected) words = 'Pas encore envoyé : vos pointages sont gardés, rechargez la page'
    else {
      const answer = await found.json(), no = answer.refused
      await drop(answer.kept)
      await kept('readwrite', store => { for (const one of marks) if (no[one.id]) store.put({...one, refused: no[one.id]}) })
      for (const [child, unit] of answer.conflicts) form?.querySelector(`[id="e${child}-${unit}"] .contraire`)?.removeAttribute('hidden')
      // what was refused, or added, is shown as the town hall has it
      if (form && (Object.keys(no).length || form.querySelector('.ajout [aria-pressed=true]'))) location.reload()
      else await keep()
    }
  } catch { words = 'Pas encore envoyé : vos pointages sont gardés sur cette tablette' } finally { sending = false }
  await show(words)
  if (!words && (await waiting()).length) await send()
}

const isOver = () => form && Date.parse(form.dataset.until) <= Date.now()
const close = async () => {
  await caches.delete(STORE)
  if (!(await all()).length) return wipe()
  const words = document.createElement('p')
  words.textContent = 'Cette journée est finie : les noms des enfants ne sont plus sur cette tablette. Gardez-la allumée, près du réseau, jusqu’à ce que tout soit enregistré.'
  form.closest('.page').replaceChildren(words, refused)
  form = null
  told.dataset.fini = ''
  document.title = 'Pointage'
}
const tick = async () => {
  if (isOver()) await close()
  await send()
  if (!form && told.hasAttribute('data-fini') && !(await all()).length) await wipe()
}

if (refused && 'indexedDB' in window) {
  refused.querySelector('button').addEventListener('click', async () => {
    await drop((await all()).filter(one => one.refused).map(one => one.id))
    await show()
  })
  addEventListener('online', send)
  addEventListener('offline', () => show())
  setInterval(tick, 60000)
}
if (form && 'until' in form.dataset && 'serviceWorker' in navigator && 'indexedDB' in window) {
  form.addEventListener('submit', async event => {
    event.preventDefault()
    const [child, unit, act] = event.submitter.value.split('.')
    const mark = {id: crypto.randomUUID(), roll: +form.dataset.roll, day: form.dataset.day, child: +child, unit: +unit, act, at: new Date().toISOString()}
    await kept('readwrite', marks => marks.put(mark))
    paint(mark)
    await send()
  })
  navigator.serviceWorker.addEventListener('message', event => { if (event.data === 'wipe') wipe() })
  navigator.serviceWorker.register('/pointage/service.js', {scope: '/pointage/'})
  for (const mark of await waiting()) if (mark.roll === +form.dataset.roll && mark.day === form.dataset.day) paint(mark)
  if (!isOver() && navigator.onLine) await keep().catch(() => {})
}
if (refused && 'indexedDB' in window) {
  const page = form
  await tick()
  if (page) page.dataset.ready = ''
}
