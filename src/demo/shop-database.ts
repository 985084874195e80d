// Decides the two ways in which the shop's SQL differs between DuckDB and Postgres; everything else is the same text. Pure.

export interface ShopDatabase {
  /** Seven hexadecimal digits as a number. */
  number(hex: string): string
  /** Division of whole numbers that drops the rest. */
  readonly over: string
}

export const SHOP_DATABASES = {
  duckdb: { number: (hex) => `cast('0x' || ${hex} as bigint)`, over: '//' },
  postgres: { number: (hex) => `cast(cast('x' || ${hex} as bit(28)) as bigint)`, over: '/' },
} as const satisfies Record<string, ShopDatabase>

export type ShopDatabaseName = keyof typeof SHOP_DATABASES

/** Words of the generator: draws that are random to the eye and the same in every database and every run. */
export interface Draws {
  /** 0 to `below` - 1, by a name for the draw and a key of the row. */
  draw(name: string, below: number, key?: string): string
  /** The same, small numbers far more often than large ones. */
  skewed(name: string, below: number, key?: string): string
  /** One of the texts, the first ones far more often. */
  pick(name: string, texts: readonly string[], key?: string): string
  readonly over: string
}

export function drawsOf({ number, over }: ShopDatabase): Draws {
  const draw = (name: string, below: number, key = 'i') =>
    `(${number(`substr(md5('${name} ' || ${key}), 1, 7)`)} % ${below})`
  const skewed = (name: string, below: number, key = 'i') => {
    const one = draw(name, 1000, key)
    return `(${one} * ${one} * ${below} ${over} 1000000)`
  }
  const pick = (name: string, texts: readonly string[], key = 'i') => {
    const list = texts.map((text) => text.replaceAll("'", "''")).join('|')
    return `split_part('${list}', '|', cast(1 + ${skewed(name, texts.length, key)} as integer))`
  }
  return { draw, skewed, pick, over }
}
