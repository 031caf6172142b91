/** How Lambda calls them. V8 aborts a process whose memory isn't enough. */
const SIGNALS: Partial<Record<NodeJS.Signals, string>> = {
  SIGABRT: 'aborted',
  SIGKILL: 'killed',
  SIGSEGV: 'segmentation fault',
  SIGTERM: 'terminated',
};

/** Why a runtime's process is gone, in Lambda's words. */
export function exitReason(code: number | null, signal: NodeJS.Signals | null): string {
  if (signal) return `Error: Runtime exited with error: signal: ${SIGNALS[signal] ?? signal}`;
  return code === 0
    ? 'Error: Runtime exited without providing a reason'
    : `Error: Runtime exited with error: exit status ${code}`;
}
