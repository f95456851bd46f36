import { plainText } from '../plain-text.ts'
import type { Trouble } from './index.ts'
import type { SshTarget } from './ssh-target.ts'

/** To knock again and again with a refused key gets an address banned. */
const refusedRetryMs = 120_000
const unknownRetryMs = 30_000

type Tell = (target: SshTarget, line: string) => Trouble

/** The lines by which ssh says what went wrong, the most telling first. */
const known: readonly (readonly [RegExp, Tell])[] = [
  [
    /REMOTE HOST IDENTIFICATION HAS CHANGED/,
    target => ({
      text: `the key of ${target.host} is not the one that is known: someone may be in between, or it was set up anew; see \`${commandFor(target)}\``,
      retryMs: unknownRetryMs,
    }),
  ],
  [
    /Host key verification failed|host key is known for/,
    target => ({
      text: `the key of ${target.host} is not known here: run \`${commandFor(target)}\` once and confirm it`,
      retryMs: unknownRetryMs,
    }),
  ],
  [
    /Permission denied \(|Too many authentication failures|No more authentication methods/,
    (target, line) => ({
      text: `${target.host} lets nobody in with our keys (nothing is asked for here: load the key with ssh-add): ${line}`,
      retryMs: refusedRetryMs,
    }),
  ],
  [
    // One message for all of it: only sshd's own log knows which.
    /open failed: (connect failed|administratively prohibited)/,
    ({ host, socket, user }) => ({
      text: `${host} cannot open ${socket}: no daemon listens there, or ${user ?? 'our user'} may not open it, or its sshd forwards no sockets`,
    }),
  ],
  [
    /^Timeout, server .* not responding/,
    ({ host }) => ({ text: `${host} does not answer any more: the tunnel was given up` }),
  ],
]

/** What the operator types to see for themselves. */
const commandFor = ({ user, host, port }: SshTarget): string =>
  `ssh ${port === undefined ? '' : `-p ${port} `}${user === undefined ? '' : `${user}@`}${host}`

/** What ssh's last words mean; what it says itself where they are not known. */
export function sshTrouble(stderr: string, target: SshTarget): Trouble | undefined {
  const lines = stderr.split(/[\r\n]+/).flatMap(line => plainText(line, 200) || [])
  for (const [pattern, tell] of known) {
    const line = lines.findLast(each => pattern.test(each))
    if (line !== undefined) return tell(target, line)
  }
  const last = lines.at(-1)
  return last === undefined ? undefined : { text: last }
}
