// Another language loads the page again: what is typed waits in this tab until then.
const typed = () => [...document.querySelectorAll('main form[method=post]')]
const TYPED = 'typed'
addEventListener('submit', event => {
  if (event.target.id !== 'langues') return
  const back = event.target.retour
  // what answers a form cannot be asked for again: the page that sent it can
  if (back.value.split('?')[0] === location.pathname) back.value = location.pathname + location.search
  const kept = typed().map(form => [...new FormData(form)].filter(([name]) => {
    const {type, autocomplete, dataset} = form[name] || {}
    const secret = dataset && 'secret' in dataset || autocomplete === 'one-time-code'
    return !secret && !['hidden', 'password', 'file'].includes(type)
  }))
  sessionStorage.setItem(TYPED, JSON.stringify([back.value.split('?')[0], kept]))
})
const [typedAt, kept] = JSON.parse(sessionStorage.getItem(TYPED) || '[]')
sessionStorage.removeItem(TYPED)
if (typedAt === location.pathname) typed().forEach((form, at) => {
  const left = [...kept[at] || []]
  for (const field of form.elements) {
    if (!field.name || ['hidden', 'submit', 'button', 'password', 'file'].includes(field.type)) continue
    const found = left.findIndex(([name, value]) => name === field.name && (!/checkbox|radio/.test(field.type) || value === field.value))
    if (/checkbox|radio/.test(field.type)) field.checked = found >= 0
    else if (found >= 0) field.value = left[found][1]
    if (found >= 0) left.splice(found, 1)
  }
})
