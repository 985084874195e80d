import { expect, it } from 'vitest'
import { dataAmount, priceText } from '../../src/model/data-amount.ts'

it.each([
  [0, '0 B'],
  [1, '1 B'],
  [1023, '1,023 B'],
  [1024, '1 KiB'],
  [10 * 1024 ** 2, '10 MiB'],
  [1.55 * 1024 ** 3, '1.6 GiB'],
  [3.2 * 1024 ** 4, '3.2 TiB'],
  [2048 * 1024 ** 5, '2,048 PiB'],
])('%d bytes are %s', (bytes, text) => {
  expect(dataAmount(bytes)).toBe(text)
})

it.each([
  [0, '0'],
  [0.0004, '< 0.001'],
  [0.0194, '0.019'],
  [1.5, '1.50'],
  [1234.5, '1,234.50'],
])('a price of %d is %s', (price, text) => {
  expect(priceText(price)).toBe(text)
})
