// Decides what every scene of the demo has at hand.

import type { Sandbox } from '../sandbox/start-sandbox.ts'
import type { Commands } from './commands.ts'
import type { DemoFolder } from './demo-folder.ts'
import type { Narrator } from './narrator.ts'
import type { Shop } from './shop-sql.ts'

export interface Demo {
  readonly folder: DemoFolder
  readonly commands: Commands
  readonly narrator: Narrator
  /** The folder, as one would type it. */
  readonly place: string
  /** Days that it goes on, to end with the dashboard open; without them it ends with the scenes. */
  readonly life?: Life
}

/** A whole number of days above that of the scenes, and where the dashboard listens. */
export interface Life {
  readonly days: number
  readonly port: string
}

export interface Scene extends Demo {
  readonly shop: Shop
  readonly sandbox: Sandbox
}
