// Decides what we say when Braze refuses us as a whole: a key, a permission or an address is wrong, and every further
// request would be refused like this one. The body is never quoted: a 401 can echo the key.

import { BrazeError } from '../model/errors.ts'

/** `host` is where the request went. */
export function fatalReply(status: number, host: string): BrazeError {
  const { says, hint } = explain(status)
  return new BrazeError(`Braze at ${host} ${says} (HTTP ${status})`, { hint })
}

function explain(status: number): { says: string; hint: string } {
  if (status >= 300 && status < 400) {
    return {
      says: 'answered with a redirect, which its REST API never does',
      hint: 'Set braze.endpoint to the REST address of your Braze cluster (such as https://rest.iad-01.braze.com), not to the dashboard. A proxy or a login page in between would answer like this, too.',
    }
  }
  return EXPLAINED[status] ?? OTHERWISE
}

const OTHERWISE = {
  says: 'refused the request as a whole',
  hint: 'Check braze.endpoint, and whether a proxy or a firewall stands between Brazier and Braze.',
}

const EXPLAINED: Readonly<Record<number, { says: string; hint: string }>> = {
  401: {
    says: 'did not accept the API key',
    hint: 'Check braze.api_key, and that braze.endpoint is the cluster the key was made on: a good key on another cluster is answered like a wrong one. The key needs the permission users.track.',
  },
  403: {
    says: 'does not let this API key write users',
    hint: 'The key needs the permission users.track, and our address must be on its list of allowed IPs if it has one. Both are fixed when a key is made: make a new one. If they are right, ask Braze whether the account is active.',
  },
  404: {
    says: 'has no /users/track',
    hint: 'Set braze.endpoint to the REST address of your Braze cluster, such as https://rest.iad-01.braze.com, without a path.',
  },
  415: {
    says: 'did not take our body as JSON',
    hint: 'Something between Brazier and Braze changes the Content-Type header: check the proxy.',
  },
}
