// Decides how an amount of data, and what it costs, is written for people. Pure.

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'] as const

/** `0 B`, `512 MiB`, `3.2 TiB` */
export function dataAmount(bytes: number): string {
  const power = Math.min(UNITS.length - 1, bytes < 1 ? 0 : Math.floor(Math.log2(bytes) / 10))
  const value = bytes / 1024 ** power
  return `${value.toLocaleString('en-US', { maximumFractionDigits: value < 10 ? 1 : 0 })} ${UNITS[power]}`
}

/** `0`, `0.012`, `4.50`: cents where they matter. */
export function priceText(price: number): string {
  if (price === 0) return '0'
  if (price < 0.001) return '< 0.001'
  return price.toLocaleString('en-US', {
    minimumFractionDigits: price < 1 ? 3 : 2,
    maximumFractionDigits: price < 1 ? 3 : 2,
  })
}
