#!/usr/bin/env node
// The command: hands the line that was typed to the compiled program. The compile cache halves what a start costs.
import { enableCompileCache } from 'node:module'

enableCompileCache()
await import('../dist/cli/main.js')
