/**
 * Ends and removes what a run left behind that was killed while it read by ssh. A courtesy: whatever
 * hinders it is no trouble of the command that does it by the way.
 */
export async function removeLeftTunnels(): Promise<void> {
  const { baseDirectory, removeLeftovers } = await import(
    '../src/core/api/dial/private-directory.ts'
  )
  const base = baseDirectory(process.env.XDG_RUNTIME_DIR || undefined)
  await removeLeftovers(base).catch(() => {})
}
