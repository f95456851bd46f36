import { linux } from './linux.ts'
import type { Memory, Sockets } from './sockets.ts'

/** What came with a packet beside its bytes. */
export interface Control {
  /** When the kernel stamped it, nanoseconds from the sockets' epoch; NaN without a stamp. */
  stampNs: number
  /** Where its error queue entry (sock_extended_err) begins in the memory; -1 without one. */
  errorAt: number
}

/** Room for a row of packets that one call fills. Offsets are into `memory`. */
export interface Batch {
  readonly memory: Memory
  /** Packets received, or -1. */
  receive(fd: number, flags: number): number
  dataAt(index: number): number
  /** Bytes received, cut to what fits. */
  length(index: number): number
  /** The sender's address (sockaddr). */
  nameAt(index: number): number
  /** The same object at each call. */
  control(index: number): Control
}

const headerBytes = 64
const vectorBytes = 16
const nameBytes = 32
/** With 128, stamps and an error with its sender no longer fit together. */
const controlBytes = 256

/** Lays out mmsghdr, iovec, names, control and data one behind the other (LP64, little-endian). */
export function createBatch(sockets: Sockets, count: number, dataBytes: number): Batch {
  const vectorsAt = count * headerBytes
  const namesAt = vectorsAt + count * vectorBytes
  const controlsAt = namesAt + count * nameBytes
  const dataStart = controlsAt + count * controlBytes
  const memory = sockets.memory(dataStart + count * dataBytes)
  const { view, address } = memory
  const pointer = (at: number, to: number) => view.setBigUint64(at, address + BigInt(to), true)
  for (let index = 0; index < count; index += 1) {
    const header = index * headerBytes
    const vector = vectorsAt + index * vectorBytes
    pointer(header, namesAt + index * nameBytes)
    pointer(header + 16, vector)
    view.setUint32(header + 24, 1, true)
    pointer(header + 32, controlsAt + index * controlBytes)
    pointer(vector, dataStart + index * dataBytes)
    view.setUint32(vector + 8, dataBytes, true)
    arm(view, header)
  }

  const control: Control = { stampNs: Number.NaN, errorAt: -1 }
  let used = 0
  return {
    memory,
    receive(fd, flags) {
      for (let index = 0; index < used; index += 1) arm(view, index * headerBytes)
      const received = sockets.recvmmsg(fd, address, count, flags, null)
      used = Math.max(0, received)
      return received
    },
    dataAt: index => dataStart + index * dataBytes,
    length: index => Math.min(dataBytes, view.getUint32(index * headerBytes + 56, true)),
    nameAt: index => namesAt + index * nameBytes,
    control(index) {
      const size = Math.min(controlBytes, view.getUint32(index * headerBytes + 40, true))
      readControl(view, controlsAt + index * controlBytes, size, sockets.epochSeconds, control)
      return control
    },
  }
}

/** The kernel writes the lengths it used over the lengths it may use. */
const arm = (view: DataView, header: number) => {
  view.setUint32(header + 8, nameBytes, true)
  view.setUint32(header + 40, controlBytes, true)
}

/** SCM_TIMESTAMPNS and SCM_TIMESTAMPING both begin with the software stamp. */
const isStamp = (level: number, type: number) =>
  level === linux.SOL_SOCKET && (type === linux.SO_TIMESTAMPNS || type === linux.SO_TIMESTAMPING)
const isError = (level: number, type: number) =>
  (level === linux.SOL_IP && type === linux.IP_RECVERR) ||
  (level === linux.SOL_IPV6 && type === linux.IPV6_RECVERR)

/** Walks the control messages (cmsghdr): stamps and error queue entries; stops at nonsense. */
export function readControl(
  view: DataView,
  start: number,
  size: number,
  epochSeconds: number,
  into: Control,
): void {
  into.stampNs = Number.NaN
  into.errorAt = -1
  const end = start + size
  for (let at = start; at + 16 <= end; ) {
    const length = view.getUint32(at, true)
    if (length < 16 || at + length > end) return
    const level = view.getInt32(at + 8, true)
    const type = view.getInt32(at + 12, true)
    if (isStamp(level, type) && length >= 32)
      into.stampNs =
        (view.getUint32(at + 16, true) - epochSeconds) * 1e9 + view.getUint32(at + 24, true)
    else if (isError(level, type) && length >= 32) into.errorAt = at + 16
    at += (length + 7) & ~7
  }
}
