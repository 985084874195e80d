// Decides how docs/ledger.md reads: what the tables of the ledger mean, taken from the schema itself.

import { TABLES } from '../../src/ledger/schema.ts'
import type { TableSpec } from '../../src/ledger/table-spec.ts'

const INTRODUCTION = `# The ledger

<!-- Made from src/ledger/schema.ts: npx vitest run test/docs -u -->

What Brazier remembers is in plain tables, which you may read with any client while no DuckDB run has the file open, and must
not change. In Postgres they are in the schema of \`store.schema\` (\`brazier\`), in DuckDB in the schema \`brazier\` of the file
of \`store.path\`. Times are in UTC. Every table but \`migrations\` says which project and which workspace a row belongs to.

Who is in an audience, and since when? Each sync has a snapshot, one row per person; \`syncs.snapshot\` names its table:

\`\`\`sql
select sync, snapshot, size, settled_at from brazier.syncs;
select k as person, since from brazier.snapshot_vip_553f0b order by since desc;
\`\`\`

Who entered or left when, and by which run?

\`\`\`sql
select settled_at, op, members, run from brazier.history where sync = 'vip' and k = 'c-00007' order by settled_at;
\`\`\`

## Snapshots: \`snapshot_<sync>_<digest>\`

What Braze holds because of a sync. One row per person, one column per attribute; an attribute is NULL where we hold none.

| column | meaning |
| --- | --- |
| \`k\` | The person: the external id, e-mail address or whatever names people in this sync |
| \`since\` | When the person entered (UTC) |
| \`sent_at\` | When Braze accepted the row last (UTC); only where \`create_users\` is false |
| an attribute's name (for a list: the sync's) | The value that Braze accepted; true for a flag and for an element of a list |

A view of yours over a snapshot holds its columns fast in Postgres: one that no attribute needs any more stays there, empty. Drop
the view before \`retire\`, and where an attribute's type changes; the run says so.

Tables and views whose names start with \`delta_\`, \`outbox_\`, \`front_\`, \`accepted_\`, \`unsure_\` or \`scratch_\` belong to a plan or to a run that is
under way, and go with it.
`

function tablePage([name, { meaning, columns, key }]: readonly [string, TableSpec]): string {
  const rows = Object.entries(columns).map(([column, [type, says]]) => {
    const inKey = key?.includes(column) === true ? ' (key)' : ''
    return `| \`${column}\`${inKey} | ${type} | ${says} |`
  })
  return `## ${name}\n\n${meaning}.\n\n| column | type | meaning |\n| --- | --- | --- |\n${rows.join('\n')}\n`
}

export const ledgerPage = (): string =>
  [INTRODUCTION, ...Object.entries<TableSpec>(TABLES).map(tablePage)].join('\n')
