// Decides which permission a refusal is about, and which role gives it where. Pure.

/** The least roles that Brazier needs (docs/bigquery.md). */
const ROLES: readonly { readonly of: RegExp; readonly role: string; readonly on: string }[] = [
  { of: /^bigquery\.jobs\./, role: 'roles/bigquery.jobUser', on: 'the project that runs the queries' },
  {
    of: /^bigquery\.datasets\.create$/,
    role: 'roles/bigquery.user',
    on: 'the project, or make the dataset yourself and grant roles/bigquery.dataEditor on it',
  },
  {
    of: /^bigquery\.(?:tables\.(?:create|update|updateData|delete)|routines\.|datasets\.(?:update|delete))/,
    role: 'roles/bigquery.dataEditor',
    on: 'the dataset of our own',
  },
  { of: /^bigquery\./, role: 'roles/bigquery.dataViewer', on: 'the dataset that the SQL reads' },
  { of: /^iam\./, role: 'roles/iam.serviceAccountTokenCreator', on: 'the service account to act as' },
]

/** BigQuery names the permission, except where it will not say whether a table exists. */
export function permissionIn(message: string): string | undefined {
  const [named] = /\b(?:bigquery|iam)(?:\.[A-Za-z]+)+\b(?<!\.com)/.exec(message) ?? []
  if (named !== undefined) return named
  if (/permission to query table|permission to access (?:data|table)/i.test(message))
    return 'bigquery.tables.getData'
  return undefined
}

/** What to do about a refusal, as a sentence. */
export function grantFor(message: string): string {
  const permission = permissionIn(message)
  const found = ROLES.find(({ of }) => permission !== undefined && of.test(permission))
  return permission === undefined || found === undefined
    ? 'Grant the roles that docs/bigquery.md lists to the account that Brazier uses.'
    : `The permission ${permission} is missing: grant ${found.role} on ${found.on}.`
}
