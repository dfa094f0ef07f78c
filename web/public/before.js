// Before the first paint, so that neither the theme nor the language flashes.
(function () {
  try {
    var theme = localStorage.getItem('carreau.theme')
    if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme
    var asked = new URLSearchParams(location.search).get('lang')
    document.documentElement.lang = (asked || localStorage.getItem('carreau.lang')) === 'en' ? 'en' : 'fr'
  } catch (refused) {
    // A browser that keeps nothing: the defaults stand.
  }
})()
