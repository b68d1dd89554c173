// The background of a map comes from another site: it is asked for by whoever presses, never before.
for (const asking of document.querySelectorAll('.plan .fond')) {
  asking.hidden = false
  asking.querySelector('button').addEventListener('click', () => {
    const figure = asking.closest('.plan')
    figure.querySelector('svg').prepend(...figure.querySelector('template').content.querySelectorAll('image'))
    figure.classList.add('sur-fond')
    figure.querySelector('.credit').hidden = false
    asking.remove()
  })
}
