// Every page works without this.
const $ = id => document.getElementById(id)
let unsaved

// The answer is one block or a whole page: both hold the id.
async function swap(id, url, focus, sent) {
  const answer = await fetch(url, {...sent, headers: {'X-Fragment': id}})
  const page = new DOMParser().parseFromString(await answer.text(), 'text/html')
  const fresh = page.getElementById(id)
  if (!fresh || !(answer.ok || answer.status === 422)) throw answer
  $(id).replaceWith(fresh)
  $(focus)?.focus()
  if (fresh.dataset.announce) $('annonce').textContent = fresh.dataset.announce
  refresh(fresh)
  return answer.url
}

const show = async (...of) => history.replaceState(null, '', await swap(...of))

addEventListener('click', event => {
  const link = event.target.closest('a[data-fragment]')
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return
  event.preventDefault()
  show(link.dataset.fragment, link.href, link.dataset.focus).catch(() => { location = link.href })
})

addEventListener('submit', event => {
  const form = event.target, by = event.submitter, {fragment, plain} = form.dataset
  unsaved = null
  if (!fragment || plain) return
  event.preventDefault()
  const data = new FormData(form, by), text = new URLSearchParams(data)
  const focus = by?.dataset.focus || form.dataset.focus
  const post = {method: 'post', body: form.enctype.startsWith('m') ? data : text}
  const done = form.method === 'get' ? show(fragment, form.action.split('?')[0] + '?' + text, focus)
    : swap(fragment, form.action, focus, post)
  done.catch(answer => {
    // Done already: sending again would do it twice.
    if (answer.ok) return location = answer.url
    form.dataset.plain = 1
    form.requestSubmit(by)
  })
})

function refresh(block) {
  if (block.dataset.refresh) setTimeout(() => {
    if (!block.isConnected) return
    if (document.hidden || block.contains(document.activeElement)) return refresh(block)
    swap(block.id, location.href).catch(() => refresh(block))
  }, block.dataset.refresh * 1000)
}
document.querySelectorAll('[data-refresh]').forEach(refresh)

addEventListener('change', event => { unsaved = event.target.closest('form[data-unsaved]') || unsaved })
addEventListener('beforeunload', event => { if (unsaved) event.preventDefault() })

const MOVES = {ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowDown: [1, 0], ArrowUp: [-1, 0]}
addEventListener('keydown', event => {
  const at = event.target, move = MOVES[event.key], grid = move && at.closest('.besoin')
  let next = event.key === '/' && !at.closest('input, select, textarea') && $('chercher')
  if (grid && at.type === 'checkbox') {
    const rows = [...grid.querySelectorAll('.ligne .cases')].map(row => [...row.children])
    let y = rows.findIndex(row => row.includes(at.parentNode)), x = rows[y].indexOf(at.parentNode)
    while (!next && rows[y += move[0]]?.[x += move[1]]) next = rows[y][x].querySelector('input')
  }
  if (!next) return
  event.preventDefault()
  next.focus()
})
