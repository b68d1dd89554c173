// One letter presses what bears it, where nothing is being typed. The page works without this.
addEventListener('keydown', event => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest('input, select, textarea')) return
  const found = document.querySelector(`[data-key="${CSS.escape(event.key.toLowerCase())}"]`)
  if (!found) return
  event.preventDefault()
  if (found.matches('button, a')) found.click()
  else found.querySelector('input, textarea')?.focus()
})
