// The lease, with real processes: one run at a time, a frozen process past its lease, and holders that were killed.

import { expect, it } from 'vitest'
