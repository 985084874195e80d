// Decides light or dark before the first paint: what was chosen on this machine, else what the system says.

{
  const chosen = localStorage.getItem('brazier.theme')
  if (chosen === 'light' || chosen === 'dark') document.documentElement.dataset.theme = chosen
}
