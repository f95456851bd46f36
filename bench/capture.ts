// Packet captures, as the truth that the prober's times are compared with.
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stop } from './lab.ts'

export interface Packet {
  /** Since the epoch; the part below a microsecond is exact. */
  readonly atNs: bigint
  /** From its IPv4 header on. */
  readonly bytes: Buffer
}

export interface Capture {
  /** Ends the capture. */
  packets(): Promise<readonly Packet[]>
}

export async function startCapture(link: string, filter: string): Promise<Capture> {
  const folder = mkdtempSync(join(tmpdir(), 'cilium-health-bench-'))
  const file = join(folder, 'pcap')
  const precise = ['-j', 'adapter_unsynced', '--time-stamp-precision=nano']
  const child =
    (await tryStart([...precise, ...argsOf(link, file, filter)])) ??
    (await tryStart(['--time-stamp-precision=nano', ...argsOf(link, file, filter)]))
  if (child === undefined) throw new Error('tcpdump does not start')
  return {
    async packets() {
      // The kernel hands packets over at least once a second. At once would be dearer than what we
      // measure: it wakes tcpdump between its stamp and the device.
      await new Promise(done => setTimeout(done, 1500))
      await stop(child, 'SIGINT')
      const packets = read(readFileSync(file))
      rmSync(folder, { recursive: true })
      return packets
    },
  }
}

const argsOf = (link: string, file: string, filter: string) =>
  `-i ${link} -n -s 128 -B 16384 -Z root -U -w ${file} ${filter}`.split(' ')

/** The running tcpdump; undefined when it ends at once (a stamp type that the device does not have). */
async function tryStart(args: readonly string[]): Promise<ChildProcess | undefined> {
  const child = spawn('tcpdump', args, { stdio: ['ignore', 'ignore', 'pipe'] })
  const { promise, resolve } = Promise.withResolvers<ChildProcess | undefined>()
  child.stderr.setEncoding('utf8').on('data', text => {
    if (String(text).includes('listening on')) resolve(child)
  })
  child.once('exit', () => resolve(undefined))
  return promise
}

const etherBytes = 14
const nanoMagic = 0xa1b23c4d

function read(file: Buffer): Packet[] {
  if (file.readUInt32LE(0) !== nanoMagic) throw new Error('no capture with nanoseconds')
  const packets: Packet[] = []
  for (let at = 24; at + 16 <= file.length; ) {
    const length = file.readUInt32LE(at + 8)
    const atNs = BigInt(file.readUInt32LE(at)) * 1_000_000_000n + BigInt(file.readUInt32LE(at + 4))
    packets.push({ atNs, bytes: file.subarray(at + 16 + etherBytes, at + 16 + length) })
    at += 16 + length
  }
  return packets
}

/** Times from request to reply in order, by the address asked. */
export function echoTimes(packets: readonly Packet[]): Map<string, number[]> {
  const asked = new Map<string, bigint>()
  const times = new Map<string, number[]>()
  for (const { atNs, bytes } of packets) {
    if (bytes[9] !== 1) continue
    const request = bytes[20] === 8
    const at = request ? 16 : 12
    const address = bytes.subarray(at, at + 4).join('.')
    const key = `${address} ${bytes.readUInt32BE(24)}`
    if (request) asked.set(key, atNs)
    const sentNs = asked.get(key)
    if (request || sentNs === undefined) continue
    times.set(address, [...(times.get(address) ?? []), Number(atNs - sentNs)])
  }
  return times
}

interface Call {
  readonly synNs: bigint
  connectNs: bigint
  askedNs: bigint
  ns: number
}

/** Handshake, and request to first byte, together: one a connection, in order. */
export function helloTimes(packets: readonly Packet[]): number[] {
  const all: Call[] = []
  const calls = new Map<number, Call>() // by our port, which may come again
  for (const { atNs, bytes } of packets) {
    const { from, to, syn, ack, data } = readTcp(bytes)
    const outgoing =
      syn && !ack ? { synNs: atNs, connectNs: 0n, askedNs: 0n, ns: 0 } : calls.get(from)
    if (syn && !ack && outgoing) {
      calls.set(from, outgoing)
      all.push(outgoing)
    }
    if (outgoing && data) outgoing.askedNs ||= atNs
    const incoming = calls.get(to)
    if (incoming) hear(incoming, atNs, syn, data)
  }
  return all.map(({ ns }) => ns)
}

function hear(call: Call, atNs: bigint, syn: boolean, data: boolean): void {
  if (syn) call.connectNs = atNs - call.synNs
  if (data) call.ns ||= Number(call.connectNs + atNs - call.askedNs)
}

function readTcp(bytes: Buffer) {
  const tcp = ((bytes[0] ?? 0) & 15) * 4
  const flags = bytes[tcp + 13] ?? 0
  return {
    from: bytes.readUInt16BE(tcp),
    to: bytes.readUInt16BE(tcp + 2),
    syn: (flags & 2) !== 0,
    ack: (flags & 16) !== 0,
    data: bytes.readUInt16BE(2) - tcp - ((bytes[tcp + 12] ?? 0) >> 4) * 4 > 0,
  }
}
