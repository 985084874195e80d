// Decides where the token is kept: in this tab, until it is closed, and nowhere else.

const KEY = 'brazier.token'

export const token = () => sessionStorage.getItem(KEY)
/** @param {string} value */
export const keepToken = (value) => sessionStorage.setItem(KEY, value)
export const dropToken = () => sessionStorage.removeItem(KEY)
