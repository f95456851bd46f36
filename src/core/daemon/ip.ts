import { type ExecFileException, execFile } from 'node:child_process'
import { UserError } from '../errors.ts'

/**
 * Runs iproute2 with these arguments, never through a shell, and resolves with what it prints.
 * Throws a UserError with the command and what `ip` says of it.
 */
export type RunIp = (args: readonly string[], input?: string) => Promise<string>

const timeoutMs = 10_000
const maxBuffer = 16 * 1024 * 1024

export const runIp: RunIp = (args, input = '') =>
  new Promise((resolve, reject) => {
    const child = execFile(
      'ip',
      args,
      { timeout: timeoutMs, maxBuffer },
      (error, stdout, stderr) =>
        error === null ? resolve(stdout) : reject(explained(error, args, stderr)),
    )
    // A command that does not read its input may be gone before it is written.
    child.stdin?.on('error', () => {}).end(input)
  })

function explained(error: ExecFileException, args: readonly string[], stderr: string): UserError {
  if (error.code === 'ENOENT') {
    return new UserError(
      'The program `ip` is missing: the health endpoint is made with it',
      'Install iproute2, or leave the endpoint out with --no-endpoint.',
    )
  }
  const [line = ''] = stderr.trim().split('\n')
  const reason = error.killed ? `no end within ${timeoutMs / 1000} s` : line || error.message
  return new UserError(`ip ${args.join(' ')}: ${reason.slice(0, 500)}`)
}
