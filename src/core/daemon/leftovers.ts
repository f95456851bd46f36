import { existsSync, rmSync, statSync } from 'node:fs'
import { connect } from 'node:net'
import * as v from 'valibot'
import type { Clock } from '../clock.ts'
import { UserError } from '../errors.ts'
import type { EndpointPlan } from './endpoint-plan.ts'
import type { RunIp } from './ip.ts'
import { endByPidfile, endProcess, hasPidfile } from './processes.ts'

/** Removes all that a health endpoint is made of, whoever left it: responder, link, namespace. */
export async function removeEndpoint(plan: EndpointPlan, ip: RunIp, clock: Clock): Promise<void> {
  await endByPidfile(plan.pidfile, clock)
  for (const pid of await pidsIn(plan.netns, ip)) await endProcess(pid, plan.pidfile, clock)
  if ((await showLink(plan.link, ip))?.isVeth) await ip(['link', 'del', 'dev', plan.link])
  if (namespaceExists(plan.netns)) await ip(['netns', 'del', plan.netns])
}

/** Throws a UserError where the names of the plan belong to somebody else who lives. */
export async function mustBeFree(plan: EndpointPlan, ip: RunIp): Promise<void> {
  if ((await showLink(plan.link, ip))?.isVeth === false) {
    throw new UserError(`${plan.link} is a link of another kind`, 'Give another --link.')
  }
  const stranger = (await pidsIn(plan.netns, ip)).find(pid => !hasPidfile(pid, plan.pidfile))
  if (stranger === undefined) return
  throw new UserError(
    `The network namespace ${plan.netns} is in use by process ${stranger}`,
    'End it, or give another --netns and --link.',
  )
}

const namespaceExists = (name: string): boolean => existsSync(`/var/run/netns/${name}`)

async function pidsIn(netns: string, ip: RunIp): Promise<readonly number[]> {
  if (!namespaceExists(netns)) return []
  return (await ip(['netns', 'pids', netns])).split('\n').filter(Boolean).map(Number)
}

const links = v.array(
  v.object({
    address: v.optional(v.string(), ''),
    linkinfo: v.optional(v.object({ info_kind: v.optional(v.string()) })),
  }),
)

/** The link's hardware address, and whether it may be an endpoint's; undefined where there is none. */
export async function showLink(link: string, ip: RunIp) {
  const shown = await ip(['-j', '-d', 'link', 'show', 'dev', link]).catch(error => {
    if (/does not exist/.test((error as Error).message)) return '[]'
    throw error
  })
  const [found] = v.parse(links, JSON.parse(shown))
  return found && { mac: found.address, isVeth: found.linkinfo?.info_kind === 'veth' }
}

/** Removes a socket that nobody listens on any more. */
export async function removeDeadSocket(path: string): Promise<void> {
  if (!statSync(path, { throwIfNoEntry: false })?.isSocket()) return
  const { promise, resolve } = Promise.withResolvers<string | undefined>()
  const socket = connect(path)
  socket.setTimeout(1000, () => resolve(undefined))
  socket.once('connect', () => resolve(undefined))
  socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code))
  const code = await promise
  socket.destroy()
  if (code === 'ECONNREFUSED') rmSync(path, { force: true })
}
