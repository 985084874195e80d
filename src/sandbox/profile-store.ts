// Decides which profile an identifier leads to, and keeps the indexes that answer it. State: all profiles, in memory.

import { emailKey, personKey, phoneKey, type Who } from './identity.ts'
import type { Json } from './json-value.ts'
import { newProfile, type Profile, withEntry } from './profile.ts'

export class ProfileStore {
  readonly #inOrder: Profile[] = []
  readonly #byPrimary = new Map<string, Profile>()
  readonly #byEmail = new Map<string, Set<Profile>>()
  readonly #byPhone = new Map<string, Set<Profile>>()
  #updates = 0

  get size(): number {
    return this.#inOrder.length
  }

  /** Profiles in order of creation, from the one after `brazeId` on. */
  *after(brazeId?: string): Generator<Profile> {
    const start = brazeId === undefined ? 0 : Number.parseInt(brazeId, 16)
    for (let at = start; at < this.#inOrder.length; at += 1) {
      const profile = this.#inOrder[at]
      if (profile !== undefined) yield profile
    }
  }

  /** The profile that gets what is sent about `who`; undefined if nobody is known by that. */
  find(who: Who): Profile | undefined {
    if (who.by === 'email' || who.by === 'phone') return mostRecent(this.findAll(who))
    return this.#byPrimary.get(personKey(who))
  }

  findAll(who: Extract<Who, { by: 'email' | 'phone' }>): readonly Profile[] {
    const found =
      who.by === 'email' ? this.#byEmail.get(emailKey(who.email)) : this.#byPhone.get(phoneKey(who.phone))
    return [...(found ?? [])]
  }

  create(who: Exclude<Who, { by: 'braze_id' }>, now: number): Profile {
    const brazeId = (this.#inOrder.length + 1).toString(16).padStart(24, '0')
    const profile = newProfile(brazeId, who.by === 'external_id' ? who.id : undefined, now)
    this.add(profile)
    if (who.by === 'alias') this.attachAlias(profile, who.name, who.label)
    if (who.by === 'email') this.setField(profile, 'email', who.email)
    if (who.by === 'phone') this.setField(profile, 'phone', who.phone)
    return profile
  }

  /** Takes in a profile with all it has: a new one, or one read from a state file. */
  add(profile: Profile): void {
    this.#inOrder.push(profile)
    this.#byPrimary.set(personKey({ by: 'braze_id', id: profile.brazeId }), profile)
    if (profile.externalId !== undefined) {
      this.#byPrimary.set(personKey({ by: 'external_id', id: profile.externalId }), profile)
    }
    for (const [label, name] of profile.aliases)
      this.#byPrimary.set(personKey({ by: 'alias', name, label }), profile)
    for (const field of ['email', 'phone'] as const) this.#index(profile, field, profile.fields.get(field))
    this.touch(profile, profile.updatedAt)
  }

  /** False if the alias belongs to another profile, or the label is taken by another name: then nothing changes. */
  attachAlias(profile: Profile, name: string, label: string): boolean {
    const key = personKey({ by: 'alias', name, label })
    const owner = this.#byPrimary.get(key)
    const sameLabel = profile.aliases.get(label)
    if ((owner !== undefined && owner !== profile) || (sameLabel !== undefined && sameLabel !== name))
      return false
    profile.aliases = withEntry(profile.aliases, label, name)
    this.#byPrimary.set(key, profile)
    return true
  }

  /** Sets or (undefined) removes a standard field. */
  setField(profile: Profile, name: string, value: Json | undefined): void {
    if (name === 'email' || name === 'phone') {
      this.#unindex(profile, name, profile.fields.get(name))
      this.#index(profile, name, value)
    }
    const fields = new Map(profile.fields)
    if (value === undefined) fields.delete(name)
    else fields.set(name, value)
    profile.fields = fields
  }

  touch(profile: Profile, now: number): void {
    this.#updates += 1
    profile.updatedAt = now
    profile.updateOrder = this.#updates
  }

  clear(): void {
    this.#inOrder.length = 0
    for (const index of [this.#byPrimary, this.#byEmail, this.#byPhone]) index.clear()
  }

  #index(profile: Profile, field: 'email' | 'phone', value: Json | undefined): void {
    if (typeof value !== 'string') return
    const { index, key } = this.#indexOf(field, value)
    const sharing = index.get(key) ?? new Set()
    index.set(key, sharing.add(profile))
  }

  #unindex(profile: Profile, field: 'email' | 'phone', value: Json | undefined): void {
    if (typeof value !== 'string') return
    const { index, key } = this.#indexOf(field, value)
    index.get(key)?.delete(profile)
  }

  #indexOf(field: 'email' | 'phone', value: string): { index: Map<string, Set<Profile>>; key: string } {
    return field === 'email'
      ? { index: this.#byEmail, key: emailKey(value) }
      : { index: this.#byPhone, key: phoneKey(value) }
  }
}

/** Of several profiles that share an address: the last updated one with an external id, else the last updated one. */
function mostRecent(profiles: readonly Profile[]): Profile | undefined {
  const identified = profiles.filter((profile) => profile.externalId !== undefined)
  const candidates = identified.length > 0 ? identified : profiles
  return candidates.toSorted((a, b) => b.updateOrder - a.updateOrder)[0]
}
