// Decides which host names mean this machine.

/** `host` as `URL.hostname` spells it. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(host)
}
