// Decides in which words an object is refused: Braze documents codes, and answers mostly in sentences.

/**
 * Every reason for which an object is refused, with the sentence seen in live replies where one is known, else one of ours.
 * `documented` ones are codes of Braze's documentation ("User track", errors of objects).
 */
const REFUSALS = {
  BAD_DEVICE_ID: documented("'device_id' must be between 8 and 255 bytes"),
  BAD_EMAIL_SUBSCRIPTION_STATE: documented(
    "'email_subscribe' must be 'subscribed', 'unsubscribed', or 'opted_in'",
  ),
  BAD_PUSH_SUBSCRIPTION_STATE: documented(
    "'push_subscribe' must be 'subscribed', 'unsubscribed', or 'opted_in'",
  ),
  BAD_LOCATION_UPDATE: documented("'current_location' must have a 'longitude' and a 'latitude'"),
  BAD_PUSH_TOKEN_IMPORT: documented(
    "'push_token_import' needs a token and neither 'external_id' nor 'braze_id'",
  ),
  BAD_PUSH_TOKEN_STRING: documented("'token' must be a string"),
  BAD_PUSH_TOKEN_VALUE: documented("'push_tokens' must be an array of objects"),
  BAD_SUBSCRIPTION_GROUP_ARRAY: documented("'subscription_groups' must be an array"),
  BAD_SUBSCRIPTION_GROUP_HASH: documented("'subscription_groups' lacks an id or a state"),
  BAD_SUBSCRIPTION_GROUP_ID: documented("'subscription_group_id' is not valid"),
  BAD_SUBSCRIPTION_GROUP_STATE: documented("'subscription_state' must be 'subscribed' or 'unsubscribed'"),
  BLACKLISTED_EXTERNAL_USER_ID: documented('provided external_id is blacklisted and disallowed'),
  EMAIL_BAD_FORMAT: documented("The value provided for the 'email' field is not a valid email."),
  EXTERNAL_USER_ID_TOO_LARGE: documented("'external_id' must be fewer than 988 bytes"),
  INVALID_ATTRIBUTE_EMAIL_SUBSCRIPTION_INFO: documented("'email_subscription_info' is not an attribute"),
  MISSING_IDENTIFIER: undocumented("'external_id', 'braze_id', 'user_alias', 'email' or 'phone' is required"),
  SEVERAL_IDENTIFIERS: undocumented("You must specify only one of 'external_id', 'user_alias' or 'braze_id'"),
  BAD_QUANTITY: undocumented("'quantity' is not valid"),
  BAD_PROPERTIES: undocumented("Invalid 'properties' field"),
  BAD_EXTERNAL_ID: undocumented("'external_id' must be a string"),
  BAD_BRAZE_ID: undocumented("'braze_id' must be a string"),
  BAD_USER_ALIAS: undocumented(
    "'user_alias' must have an 'alias_name' and an 'alias_label' of 1 to 236 bytes",
  ),
  BAD_UPDATE_FLAG: undocumented("'_update_existing_only' must be a boolean"),
  BAD_NAME: undocumented("'name' is required"),
  BAD_TIME: undocumented("'time' must be an ISO 8601 time"),
  BAD_PRODUCT: undocumented("'product_id' is required"),
  BAD_CURRENCY: undocumented("'currency' must be an ISO 4217 code"),
  BAD_PRICE: undocumented("'price' must be a number"),
  NOT_AN_OBJECT: undocumented('each entry must be an object'),
} as const

export type Refusal = keyof typeof REFUSALS
export type RefusalStyle = 'sentences' | 'codes'

export function refusalText(refusal: Refusal, style: RefusalStyle): string {
  const { sentence, hasCode } = REFUSALS[refusal]
  return style === 'codes' && hasCode ? refusal : sentence
}

function documented(sentence: string): { sentence: string; hasCode: boolean } {
  return { sentence, hasCode: true }
}

function undocumented(sentence: string): { sentence: string; hasCode: boolean } {
  return { sentence, hasCode: false }
}
