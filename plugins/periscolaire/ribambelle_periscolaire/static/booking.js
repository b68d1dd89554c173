// Live totals only: the page works, and the server decides, without this.
const form = document.querySelector('.planning'), told = form?.querySelector('.bilan')
if (told) {
  const euros = cents => (cents / 100).toLocaleString('fr-FR', {style: 'currency', currency: 'EUR'})
  const still = [...told.childNodes].map(node => node.cloneNode(true))
  const line = (tag, text) => Object.assign(document.createElement(tag), {textContent: text})
  form.addEventListener('change', () => {
    let changes = 0, more = 0
    for (const box of form.querySelectorAll('input[data-cents]')) {
      const was = 'avant' in box.dataset
      if (box.checked === was) continue
      if (box.type === 'checkbox' || box.checked) changes++
      more += (box.checked ? 1 : -1) * box.dataset.cents
    }
    if (!changes) return told.replaceChildren(...still.map(node => node.cloneNode(true)))
    told.replaceChildren(
      line('b', `${changes} changement${changes > 1 ? 's' : ''}`),
      line('span', `Semaine : ${euros(+told.dataset.total + more)} (${more < 0 ? '−' : '+'} ${euros(Math.abs(more))})`))
  })
}
