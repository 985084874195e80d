// Decides how the examples below a command's help look. Pure.

export function examples(lines: readonly (readonly [command: string, says: string])[]): string {
  const width = Math.max(...lines.map(([command]) => command.length))
  const said = lines.map(([command, says]) => `  ${command.padEnd(width)}  ${says}`.trimEnd())
  return `\nExamples:\n${said.join('\n')}`
}
