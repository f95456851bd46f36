// Run inside a network namespace as root: answers echo requests to 10.97.N.x as `manners` says, where
// N is a manner's place in that list. Prints `ready` when it listens, and for each line that it is
// told how many requests came since the last, as JSON.
import { createBatch } from '../../src/probes/batch.ts'
import { checksum } from '../../src/probes/icmp/packet.ts'
import { linux } from '../../src/probes/linux.ts'
import { loadSockets } from '../../src/probes/sockets.ts'

/** An IPv4 packet with an echo reply in it, and how long to keep it. */
interface Answer {
  readonly packet: Buffer
  readonly delayMs?: number
  readonly badSum?: boolean
}

type Manner = (reply: Buffer) => readonly Answer[]

const icmpAt = 20
const tokenAt = icmpAt + 8
const sequenceAt = icmpAt + 6

const changed = (reply: Buffer, at: number): Buffer => {
  const packet = Buffer.from(reply)
  packet.writeUInt8(packet.readUInt8(at) ^ 0x5a, at)
  return packet
}

const met = new Set<string>()

/** Packets of one probe share a token. */
function isFirstOfItsProbe(reply: Buffer): boolean {
  const token = reply.toString('hex', tokenAt, tokenAt + 8)
  return met.size < met.add(token).size
}

/** Ways to answer. Each gets the reply that an honest host would send. */
export const manners = {
  honest: reply => [{ packet: reply }],
  silent: () => [],
  twice: reply => [{ packet: reply }, { packet: reply }],
  late: reply => [{ packet: reply, delayMs: 900 }],
  /** From a neighbour's address. */
  elsewhere: reply => [{ packet: changed(reply, 15) }],
  /** Its filler is not what we sent, its sum is right. */
  altered: reply => [{ packet: changed(reply, icmpAt + 40) }],
  resequenced: reply => [{ packet: changed(reply, sequenceAt + 1) }],
  cut: reply => [{ packet: reply.subarray(0, icmpAt + 16) }],
  badSum: reply => [{ packet: reply, badSum: true }],
  otherId: reply => [{ packet: changed(reply, icmpAt + 5) }],
  /** Somebody guessed all but the token, and is faster than the host itself. */
  forged: reply => [
    ...Array.from({ length: 20 }, (_, n) => ({ packet: changed(reply, tokenAt + (n % 8)) })),
    { packet: reply, delayMs: 20 },
  ],
  /** The first packet of each probe gets lost. */
  forgetful: reply => (isFirstOfItsProbe(reply) ? [] : [{ packet: reply }]),
  /** Loses none, but takes longer than the gap between packets. */
  slow: reply => [{ packet: reply, delayMs: 250 }],
} satisfies Record<string, Manner>

export type MannerName = keyof typeof manners

export const addressOf = (name: MannerName): string =>
  `10.97.${Object.keys(manners).indexOf(name)}.1`

const AF_PACKET = 17
const anyIpv4 = 0x0008 // ETH_P_IP, big-endian
const IPPROTO_RAW = 255

async function answer(): Promise<void> {
  const loaded = await loadSockets()
  if (loaded.kind === 'missing') throw new Error(loaded.why)
  const { sockets } = loaded
  const flags = linux.SOCK_NONBLOCK | linux.SOCK_CLOEXEC
  const heard = sockets.socket(AF_PACKET, linux.SOCK_DGRAM | flags, anyIpv4)
  const spoken = sockets.socket(linux.AF_INET, linux.SOCK_RAW | flags, IPPROTO_RAW)
  if (heard < 0 || spoken < 0) throw new Error(sockets.error())
  const batch = createBatch(sockets, 32, 256)
  let requests = noRequests()
  const out = sockets.memory(512)

  const send = ({ packet, badSum }: Answer) => {
    out.bytes.set(packet)
    const length = packet.length - icmpAt
    out.view.setUint16(icmpAt + 2, 0)
    out.view.setUint16(icmpAt + 2, checksum(out.view, icmpAt, length) ^ (badSum ? 0x5555 : 0))
    out.view.setUint16(256, linux.AF_INET, true)
    out.view.setUint32(260, packet.readUInt32BE(16))
    sockets.sendto(spoken, out.address, packet.length, 0, out.address + 256n, 16)
  }

  const react = (request: Buffer) => {
    const name = names[request.readUInt8(18)]
    if (!isForUs(request) || name === undefined) return
    requests[name] += 1
    const reply = Buffer.from(request)
    request.copy(reply, 12, 16, 20)
    request.copy(reply, 16, 12, 16)
    reply[icmpAt] = 0
    for (const one of manners[name](reply) as readonly Answer[])
      if (one.delayMs) setTimeout(send, one.delayMs, one)
      else send(one)
  }

  setInterval(() => {
    const received = batch.receive(heard, linux.MSG_DONTWAIT)
    for (let index = 0; index < received; index += 1) {
      const at = batch.dataAt(index)
      react(Buffer.from(batch.memory.bytes.subarray(at, at + batch.length(index))))
    }
  }, 1)
  process.stdin.on('data', () => {
    console.log(JSON.stringify(requests))
    requests = noRequests()
  })
  console.log('ready')
}

const isForUs = (packet: Buffer): boolean =>
  packet.readUInt16BE(16) === 0x0a61 &&
  packet[0] === 0x45 &&
  packet[9] === 1 &&
  packet[icmpAt] === 8

export type Requests = Record<MannerName, number>

const names = Object.keys(manners) as MannerName[]
const noRequests = () => Object.fromEntries(names.map(name => [name, 0])) as Requests

if (process.argv[2] === 'answer') await answer()
