// A key of the device: asked of the browser here, sent by the form as any other.
const bytes = text => Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), c => c.charCodeAt(0))
const text = given => btoa(String.fromCharCode(...new Uint8Array(given)))
  .replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '')

async function answer(asked) {
  const known = list => (list || []).map(one => ({...one, id: bytes(one.id)}))
  asked.challenge = bytes(asked.challenge)
  if (!asked.user) {
    asked.allowCredentials = known(asked.allowCredentials)
    return navigator.credentials.get({publicKey: asked})
  }
  asked.user.id = bytes(asked.user.id)
  asked.excludeCredentials = known(asked.excludeCredentials)
  return navigator.credentials.create({publicKey: asked})
}

function written({id, rawId, type, response}) {
  const said = {}
  for (const part of ['clientDataJSON', 'attestationObject', 'authenticatorData', 'signature', 'userHandle'])
    if (response[part]) said[part] = text(response[part])
  return JSON.stringify({id, rawId: text(rawId), type, response: said})
}

for (const form of document.querySelectorAll('form[data-passkey]')) {
  if (!window.PublicKeyCredential) continue
  form.hidden = false
  form.addEventListener('submit', async event => {
    const field = form.elements.credential
    if (field.value || (form.elements.name && !form.elements.name.value.trim())) return
    event.preventDefault()
    try {
      const told = await fetch(form.dataset.passkey, {method: 'post'})
      field.value = written(await answer(await told.json()))
    } catch {
      field.value = '-' // refused by the person or the device: the portal says what to do
    }
    form.submit()
  })
}
