const PASSING: ReadonlySet<string> = new Set([
  'NODE_BECOME_REFUSED',
  'NODE_BUSY',
  'NODE_LOGIN_REFUSED',
  'NODE_REQUIREMENT_MISSING',
  'NODE_SAME_MACHINE',
  'NODE_SHELL_UNUSABLE',
  'NODE_SOURCE_UNREADABLE',
]);

/**
 * True for refusals of a node, by their problem code, that may be over when it is asked again: somebody else's use ends, a
 * disk is cleared, a login is set up, a machine that boots lets nobody in yet. Another host key or owner stays.
 */
export function mayPass(code: string): boolean {
  return PASSING.has(code);
}
