// Decides the limits that Braze puts on what we send. Each number appears here once, with its source.

/** Objects in one /users/track request, attributes, events and purchases together (Braze docs, "API limits"). */
export const MAX_OBJECTS_PER_REQUEST = 75
/** Bytes of a request body (Braze docs, "API limits": 4 MB for most endpoints). */
export const MAX_REQUEST_BYTES = 4_000_000
/** UTF-8 bytes of an external_id (Braze docs, "User track", error EXTERNAL_USER_ID_TOO_LARGE). */
export const MAX_ID_BYTES = 987
/** UTF-8 bytes of alias_name and of alias_label, each (Braze docs, "User alias object"). */
export const MAX_ALIAS_BYTES = 236
/**
 * Characters of a string value (Braze docs, "Custom attribute data types"), and of a string or key within an object (Braze
 * docs, "Nested custom attributes"); longer ones are dropped silently.
 */
export const MAX_STRING_CHARACTERS = 255
/** Characters of an attribute name (Braze docs, "Custom attribute data types"). */
export const MAX_NAME_CHARACTERS = 255
/** Elements of an array attribute (Braze docs, "User attributes object"); more push the oldest out. */
export const MAX_ARRAY_ELEMENTS = 500
/** Bytes of an object or array value (Braze docs, "Nested custom attributes"); larger updates are dropped silently. */
export const MAX_VALUE_BYTES = 100_000
/** Years outside are stored as text or dropped (Braze docs, "User attributes object"). */
export const FIRST_YEAR = 1
export const LAST_YEAR = 3000

/**
 * Fields of a profile that Braze knows, with a meaning of their own; every other name is a custom attribute
 * (Braze docs, "User attributes object").
 */
export const STANDARD_FIELDS: ReadonlySet<string> = new Set([
  'country',
  'current_location',
  'date_of_first_session',
  'date_of_last_session',
  'dob',
  'email',
  'email_subscribe',
  'email_open_tracking_disabled',
  'email_click_tracking_disabled',
  'facebook',
  'first_name',
  'gender',
  'home_city',
  'language',
  'last_name',
  'marked_email_as_spam_at',
  'phone',
  'push_subscribe',
  'push_tokens',
  'subscription_groups',
  'time_zone',
  'twitter',
])

/**
 * Fields whose bad value makes Braze refuse the whole object (Braze docs, "User track", fatal errors of objects):
 * a refused person is sent again without them, and then with each of them alone.
 */
export const REFUSABLE_FIELDS: ReadonlySet<string> = new Set([
  'current_location',
  'email',
  'email_subscribe',
  'phone',
  'push_subscribe',
  'push_tokens',
  'subscription_groups',
])

/** Names that no column may write: identifiers and control keys of Braze's object. */
export const RESERVED_ATTRIBUTES: ReadonlySet<string> = new Set([
  'external_id',
  'braze_id',
  'user_alias',
  'alias_name',
  'alias_label',
  '_update_existing_only',
  '_merge_objects',
  'push_token_import',
  'email_subscription_info',
  'app_id',
])
