// Decides what the API says of the service as a whole.

import { z } from 'zod'
import { ROLES } from '../../model/words.ts'
import { count, maybe, moment, named } from './named.ts'
import { pauseShape } from './sync-shapes.ts'

export const statusShape = named(
  'Status',
  z.strictObject({
    version: z.string(),
    project: z.string(),
    workspace: z.string(),
    endpoint: z.string().describe('The Braze that it writes to'),
    store: z.string().describe('Where the ledger lives'),
    started_at: moment(),
    you: z.strictObject({ name: z.string(), role: z.enum(ROLES) }),
    open: z.boolean().describe('No token is configured: whoever reaches it is admin; loopback only'),
    paused: maybe(pauseShape).describe('Everything is paused'),
    running: maybe(z.string()).describe('The run under way in this process'),
    elsewhere: maybe(z.strictObject({ run: z.string(), place: z.string() })).describe(
      'A run under way in another process',
    ),
    queued: z.array(z.string()).describe('Runs that wait'),
    next_at: maybe(moment()).describe('When the next sync is due'),
    syncs: count(),
    problems: z
      .array(
        z.strictObject({
          file: z.string(),
          line: maybe(z.int()),
          message: z.string(),
          hint: maybe(z.string()),
        }),
      )
      .describe('What is wrong with the project as it is on disk; the last good one stays in force'),
    pace_limit: z.number().describe('braze.requests_per_second'),
  }),
)
