// Decides all logical values, and the types that their spellings need.

import { JSON_VALUES } from './json-values.ts'
import type { LogicalValue } from './logical-value.ts'
import { SCALAR_VALUES } from './scalar-values.ts'

export const LOGICAL_VALUES: readonly LogicalValue[] = [...SCALAR_VALUES, ...JSON_VALUES]

export const DUCKDB_TYPES = [`create type mood as enum ('sad', 'ok')`]
export const POSTGRES_TYPES = `
  create type mood as enum ('sad', 'ok');
  create type customer as (name text, spent double precision, at timestamptz, n integer);
  create type tagged as (tag text, scores double precision[]);
  create type wrapped as (tag text, more tagged);
  create type noted as (id integer, facts jsonb)`
