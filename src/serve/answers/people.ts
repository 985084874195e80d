// Decides what the API answers about people: what was refused, and why one of them is in or out.

import { readDoubts, readEntry, readMemberships, readPersonHistory } from '../../ledger/person.ts'
import { readSyncs } from '../../ledger/syncs.ts'
import { groupRejections, listRejections, type Rejection } from '../../run/records.ts'
import type { PersonDetail, RejectionList } from '../api/people-shapes.ts'
import type { House } from '../house.ts'
import { mayDo } from '../http/auth.ts'
import type { Answers } from '../http/bind.ts'
import { ApiError } from '../http/problem.ts'

export function peopleAnswers(house: House): Pick<Answers, 'listRejections' | 'readPerson'> {
  return {
    listRejections: ({ query, person }) =>
      house.look(async (ledger) => {
        const asked = { sync: query.sync, limit: query.limit }
        const groups = await groupRejections(ledger, asked)
        const people = mayDo(person, 'operator') ? await listRejections(ledger, asked) : null
        return { groups: groups.map(groupOf), people: people?.map(rejectionOf) ?? null }
      }),
    readPerson: async ({ params: { id }, query }) => {
      const found = await person(house, id, query.limit)
      const isKnown = found.memberships.length + found.history.length + found.rejections.length > 0
      if (!isKnown)
        throw new ApiError('not_found', {
          detail: 'nothing is known of this person',
          hint: 'A person is named as in the SQL: the external id, or whatever identity the sync selects.',
        })
      return found
    },
  }
}

function person(house: House, id: string, limit: number): Promise<PersonDetail> {
  return house.look(async (ledger) => {
    const records = await readSyncs(ledger)
    const memberships = await readMemberships(ledger, [...records.values()], id)
    const doubts = await readDoubts(ledger, id)
    const shown: PersonDetail['memberships'] = []
    for (const { sync, since, members } of memberships) {
      const entry = since === null ? undefined : await readEntry(ledger, sync, since)
      shown.push({
        sync,
        kind: records.get(sync)?.definition?.kind ?? '',
        since,
        run: entry?.run ?? null,
        hash: entry?.hash ?? null,
        sql: entry?.sql ?? null,
        members,
        in_doubt: doubts.has(sync),
      })
    }
    const history = await readPersonHistory(ledger, id, limit)
    const rejections = await listRejections(ledger, { sync: undefined, person: id, limit })
    return {
      id,
      memberships: shown,
      history: history.map((change) => ({ ...change, op: change.op as 'add' | 'change' | 'remove' })),
      rejections: rejections.map(rejectionOf),
    }
  })
}

type Group = Awaited<ReturnType<typeof groupRejections>>[number]

const sourceOf = (source: string) => (source === 'braze' ? 'braze' : 'brazier')

const groupOf = (group: Group): RejectionList['groups'][number] => ({
  sync: group.sync,
  attribute: group.attribute,
  source: sourceOf(group.source),
  reason: group.reason,
  people: group.people,
  parked: group.parked,
  first_at: group.firstAt,
  last_at: group.lastAt,
})

const rejectionOf = (rejection: Rejection): PersonDetail['rejections'][number] => ({
  sync: rejection.sync,
  person: rejection.person,
  attribute: rejection.attribute,
  source: sourceOf(rejection.source),
  reason: rejection.reason,
  attempts: rejection.attempts,
  parked: rejection.parked,
  run: rejection.run,
  first_at: rejection.firstAt,
  last_at: rejection.lastAt,
})
