// Decides whether two requests that carried the same person were in flight at once: one's first byte arrived before the
// other's answer left. Exact, although a request's people are known only once its body has been read.

/** One request from its first byte until its answer leaves, or its sender is gone. */
export interface Flight {
  readonly began: number
  people: ReadonlySet<string>
  read: boolean
  ended: boolean
}

interface Landed {
  readonly at: number
  readonly people: ReadonlySet<string>
}

const NOBODY: ReadonlySet<string> = new Set()

export class InFlight {
  readonly #flights = new Set<Flight>()
  readonly #carried = new Map<string, number>()
  /** Flights that ended while another one's body was still being read. */
  #landed: Landed[] = []
  #unread = 0
  /** Grows with each beginning and end: an order that does not depend on a clock. */
  #moment = 0

  get count(): number {
    return this.#flights.size
  }

  begin(): Flight {
    this.#moment += 1
    const flight: Flight = { began: this.#moment, people: NOBODY, read: false, ended: false }
    this.#flights.add(flight)
    this.#unread += 1
    return flight
  }

  /** Notes whom the request carries, and returns how many of them another request carried at the same time. */
  carry(flight: Flight, people: ReadonlySet<string>): number {
    if (flight.ended) return 0
    const earlier = this.#landed.filter((landed) => landed.at > flight.began)
    let shared = 0
    for (const person of people) {
      const carried = this.#carried.get(person) ?? 0
      if (carried > 0 || earlier.some((landed) => landed.people.has(person))) shared += 1
      this.#carried.set(person, carried + 1)
    }
    flight.people = people
    this.#markRead(flight)
    return shared
  }

  /** May be called more than once: the first time counts. */
  end(flight: Flight): void {
    if (flight.ended) return
    flight.ended = true
    this.#moment += 1
    this.#flights.delete(flight)
    this.#markRead(flight)
    for (const person of flight.people) {
      const left = (this.#carried.get(person) ?? 1) - 1
      if (left > 0) this.#carried.set(person, left)
      else this.#carried.delete(person)
    }
    if (this.#unread > 0 && flight.people.size > 0)
      this.#landed.push({ at: this.#moment, people: flight.people })
  }

  #markRead(flight: Flight): void {
    if (flight.read) return
    flight.read = true
    this.#unread -= 1
    if (this.#unread === 0) this.#landed = []
  }
}
