import type { RunIp } from '../../src/core/daemon/ip.ts'
import { UserError } from '../../src/core/errors.ts'

/** An `ip` that knows of some links, and remembers what it was told to do. */
export function scriptedIp(links: Record<string, object> = {}) {
  const told: string[] = []
  let refusal: string | undefined
  const run: RunIp = async args => {
    const command = args.join(' ')
    if (args.includes('show')) return show(args.at(-1) ?? '')
    told.push(command)
    if (refusal && command.includes(refusal)) throw new UserError(`ip ${command}: refused`)
    if (command.startsWith('link add')) links[args[2] ?? ''] = veth
    if (command.startsWith('link del')) delete links[args.at(-1) ?? '']
    return ''
  }
  const show = (name: string) => {
    const link = links[name]
    if (link) return JSON.stringify([{ ifname: name, ...link }])
    throw new UserError(`ip link show: Device "${name}" does not exist.`)
  }
  return {
    run,
    /** What it was told since last asked. */
    told: () => told.splice(0),
    links,
    /** Refuses commands with these words; none when undefined. */
    refuse(words: string | undefined) {
      refusal = words
    },
  }
}

export const veth = { address: 'aa:bb:cc:dd:ee:ff', linkinfo: { info_kind: 'veth' } }
