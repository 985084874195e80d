// Decides the answers under /__sandbox/: what other processes may see of the sandbox, and ask of it. Not part of Braze,
// so neither counted nor logged.

import { faultSchema } from './fault.ts'
import { isAliasText, type Who } from './identity.ts'
import { type Renderable, toPlain } from './json-value.ts'
import { profileRecord } from './profile.ts'
import { decodeBody, type Incoming, isReply, jsonReply, type Reply } from './transport.ts'
import { resetWorkspace, type Workspace } from './workspace.ts'

export const CONTROL_PREFIX = '/__sandbox/'
const DEFAULT_PAGE = 100

export function answerControl(workspace: Workspace, request: Incoming): Reply {
  workspace.queue.applyDue(workspace.settings.now())
  switch (`${request.method} ${request.path.slice(CONTROL_PREFIX.length)}`) {
    case 'GET profiles':
      return profiles(workspace, request.query)
    case 'GET profile':
      return profile(workspace, request.query)
    case 'GET meter':
      return jsonReply(200, { ...workspace.bench.meter.read() } as Record<string, Renderable>)
    case 'GET requests':
      return requests(workspace, request.query)
    case 'GET faults':
      return jsonReply(200, { faults: workspace.faults.list().map((fault) => ({ ...fault })) })
    case 'POST faults':
      return injectFault(workspace, request)
    case 'POST faults/release':
      return known(workspace.faults.release(Number(request.query.get('id'))))
    case 'DELETE faults':
      return removeFaults(workspace, request.query.get('id'))
    case 'POST reset':
      resetWorkspace(workspace)
      return jsonReply(200, { message: 'success' })
    default:
      return jsonReply(404, { message: 'No such page of the sandbox' })
  }
}

/** In order of creation; `next` is the cursor of the next page. */
function profiles({ bench }: Workspace, query: URLSearchParams): Reply {
  const limit = pageSize(query)
  const page: Renderable[] = []
  let last: string | undefined
  let more = false
  for (const one of bench.store.after(query.get('after') ?? undefined)) {
    more = page.length === limit
    if (more) break
    page.push(profileRecord(one, bench.forced))
    last = one.brazeId
  }
  return jsonReply(200, { total: bench.store.size, profiles: page, next: more ? last : null })
}

function profile({ bench }: Workspace, query: URLSearchParams): Reply {
  const who = whoIn(query)
  if (who === undefined) {
    return jsonReply(400, {
      message: 'Give external_id, braze_id, email, phone, or alias_name and alias_label',
    })
  }
  const found = bench.store.find(who)
  return found === undefined
    ? jsonReply(404, { message: 'No such profile' })
    : jsonReply(200, profileRecord(found, bench.forced))
}

function whoIn(query: URLSearchParams): Who | undefined {
  const given = (name: string) => query.get(name) ?? undefined
  const [externalId, brazeId, email, phone] = ['external_id', 'braze_id', 'email', 'phone'].map(given)
  if (externalId !== undefined) return { by: 'external_id', id: externalId }
  if (brazeId !== undefined) return { by: 'braze_id', id: brazeId }
  if (email !== undefined) return { by: 'email', email }
  if (phone !== undefined) return { by: 'phone', phone }
  const name = given('alias_name')
  const label = given('alias_label')
  return isAliasText(name) && isAliasText(label) ? { by: 'alias', name, label } : undefined
}

/** `after` is the number of the last request already seen. */
function requests({ log }: Workspace, query: URLSearchParams): Reply {
  const after = Number(query.get('after') ?? 0)
  const page = log.records.filter((record) => record.number > after).slice(0, pageSize(query))
  return jsonReply(200, { requests: page.map((record) => ({ ...record })) })
}

function injectFault({ faults }: Workspace, request: Incoming): Reply {
  const decoded = decodeBody(request)
  if (isReply(decoded)) return decoded
  const parsed = faultSchema.safeParse(toPlain(decoded.value))
  if (parsed.success) return jsonReply(201, { id: faults.inject(parsed.data).id })
  const problems = parsed.error.issues.map((issue) => `${issue.path.join('.') || 'fault'}: ${issue.message}`)
  return jsonReply(400, { message: `Not a fault: ${problems.join('; ')}` })
}

function removeFaults({ faults }: Workspace, id: string | null): Reply {
  if (id !== null) return known(faults.remove(Number(id)))
  faults.clear()
  return jsonReply(200, { message: 'success' })
}

function known(found: boolean): Reply {
  return found ? jsonReply(200, { message: 'success' }) : jsonReply(404, { message: 'No such fault' })
}

function pageSize(query: URLSearchParams): number {
  const limit = Number(query.get('limit') ?? DEFAULT_PAGE)
  return Number.isSafeInteger(limit) && limit > 0 ? limit : DEFAULT_PAGE
}
