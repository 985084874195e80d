// Decides how an optional key joins an object: with its value, or not at all.

/** Optional keys are left out rather than set to undefined. */
export function present<K extends string, T>(key: K, value: T | undefined): { readonly [P in K]?: T } {
  return value === undefined ? {} : ({ [key]: value } as { readonly [P in K]?: T })
}
