import { describe, expect, it } from 'vitest'
import { type Holder, isDead, type Self, SILENCE_MS } from '../../../src/warehouse/duckdb/holder.ts'

const NOW = 1_800_000_000_000
const holder: Holder = { token: 't', host: 'box', boot: 'b1', namespace: 'pid:[1]', pid: 42, started: '1000' }

function self(changes: Partial<Self> & { processes?: Record<number, string> } = {}): Self {
  const { processes = {}, ...rest } = changes
  return { host: 'box', boot: 'b1', namespace: 'pid:[1]', startOf: (pid) => processes[pid] ?? null, ...rest }
}

const FRESH = NOW - 1_000
const SILENT = NOW - SILENCE_MS - 1

describe('whether the holder of a state file is dead', () => {
  it.each<[string, Holder, number, Self, boolean]>([
    ['its process is gone', holder, FRESH, self(), true],
    ['its process lives', holder, FRESH, self({ processes: { 42: '1000' } }), false],
    [
      'its process lives and is silent: stopped, not dead',
      holder,
      SILENT,
      self({ processes: { 42: '1000' } }),
      false,
    ],
    ['its number belongs to a later process', holder, FRESH, self({ processes: { 42: '2000' } }), true],
    [
      'a restarted container is number 1 again',
      { ...holder, pid: 1 },
      FRESH,
      self({ processes: { 1: '5000' } }),
      true,
    ],
    ['another container, fresh', { ...holder, namespace: 'pid:[2]' }, FRESH, self(), false],
    ['another container, silent', { ...holder, namespace: 'pid:[2]' }, SILENT, self(), true],
    [
      'another container with our number, fresh',
      { ...holder, namespace: 'pid:[2]', pid: 1 },
      FRESH,
      self({ processes: { 1: '9' } }),
      false,
    ],
    ['another machine, fresh', { ...holder, host: 'other' }, FRESH, self(), false],
    ['another machine, silent', { ...holder, host: 'other' }, SILENT, self(), true],
    ['before a reboot, fresh', { ...holder, boot: 'b0' }, FRESH, self(), false],
    ['before a reboot, silent', { ...holder, boot: 'b0' }, SILENT, self(), true],
    [
      'no start known, process there, fresh',
      { ...holder, started: '' },
      FRESH,
      self({ processes: { 42: '' } }),
      false,
    ],
    [
      'no start known, process there, silent',
      { ...holder, started: '' },
      SILENT,
      self({ processes: { 42: '' } }),
      true,
    ],
    ['no start known, process gone', { ...holder, started: '' }, FRESH, self(), true],
    ['an unreadable file, fresh', { ...holder, host: '', pid: 0 }, FRESH, self(), false],
    ['an unreadable file, silent', { ...holder, host: '', pid: 0 }, SILENT, self(), true],
  ])('%s', (_name, of, heartbeat, asking, dead) => {
    expect(isDead({ holder: of, heartbeat }, asking, NOW)).toBe(dead)
  })
})
