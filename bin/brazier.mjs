#!/usr/bin/env node
// The command: hands the line that was typed to the compiled program.
import '../dist/cli/main.js'
