// Decides what an e-mail address looks like to Braze: its shape only, nobody is asked whether it exists.

const LOCAL_PART = /^[\p{L}\p{N}_](?:[\p{L}\p{N}_.+'-]*[\p{L}\p{N}_+'-])?$/u
const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/i

export function isEmail(text: string): boolean {
  const at = text.lastIndexOf('@')
  if (at < 1 || text.includes('..')) return false
  const labels = text.slice(at + 1).split('.')
  const last = labels.at(-1) ?? ''
  return (
    LOCAL_PART.test(text.slice(0, at)) &&
    labels.length >= 2 &&
    labels.every((label) => LABEL.test(label)) &&
    !/^\d+$/.test(last)
  )
}
