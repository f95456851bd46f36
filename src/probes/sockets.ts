import type { Descriptors } from './descriptors.ts'
import { linux } from './linux.ts'

/** Memory whose address the kernel may keep for the length of a call. */
export interface Memory {
  readonly address: bigint
  readonly bytes: Buffer
  readonly view: DataView
}

type Call<Arguments extends readonly (number | bigint | null)[]> = (...args: Arguments) => number

/** The few system calls that a prober needs. Each returns -1 on failure; `error()` then names it. */
export interface Sockets {
  readonly socket: Call<[domain: number, type: number, protocol: number]>
  readonly close: Call<[fd: number]>
  readonly connect: Call<[fd: number, address: bigint, length: number]>
  readonly getsockname: Call<[fd: number, address: bigint, length: bigint]>
  readonly setsockopt: Call<
    [fd: number, level: number, name: number, value: bigint, length: number]
  >
  readonly getsockopt: Call<
    [fd: number, level: number, name: number, value: bigint, length: bigint]
  >
  readonly sendto: Call<
    [fd: number, data: bigint, size: number, flags: number, to: bigint | null, toLength: number]
  >
  readonly recvmmsg: Call<
    [fd: number, headers: bigint, count: number, flags: number, timeout: null]
  >
  readonly epollCreate: Call<[flags: number]>
  readonly epollControl: Call<[epoll: number, operation: number, fd: number, event: bigint]>
  readonly epollWait: Call<[epoll: number, events: bigint, count: number, timeoutMs: number]>
  /** The name of the last failure: `ECONNREFUSED`. */
  error(): string
  errorName(errno: number): string
  memory(size: number): Memory
  setNumber(fd: number, level: number, name: number, value: number): boolean
  getNumber(fd: number, level: number, name: number): number
  /** The kernel's wall clock. Stamps count nanoseconds from `epochSeconds`, so they stay exact. */
  nowNs(): number
  readonly epochSeconds: number
}

export type LoadedSockets =
  | { readonly kind: 'loaded'; readonly sockets: Sockets }
  | { readonly kind: 'missing'; readonly why: string }

/**
 * Loads the C library through koffi; a machine without it gets a reason, and the fallbacks. What is
 * opened is noted where somebody may have to close it.
 */
export async function loadSockets(descriptors?: Descriptors): Promise<LoadedSockets> {
  const here = `${process.platform}-${process.arch}`
  if (here !== 'linux-x64' && here !== 'linux-arm64')
    return { kind: 'missing', why: `native sockets are made for Linux, this is ${here}` }
  try {
    const { default: koffi } = await import('koffi')
    return { kind: 'loaded', sockets: bind(koffi, descriptors) }
  } catch (error) {
    const [first = ''] = String(error instanceof Error ? error.message : error).split('\n')
    return { kind: 'missing', why: `koffi did not load: ${first.slice(0, 200)}` }
  }
}

function bind(koffi: typeof import('koffi').default, noted: Descriptors | undefined): Sockets {
  const libc = koffi.load(null)
  const names = new Map<number, string>()
  for (const [name, errno] of Object.entries(koffi.os.errno))
    if (!names.has(errno)) names.set(errno, name)

  const memory = (size: number): Memory => {
    const bytes = Buffer.from(new ArrayBuffer(size)) // never moved, unlike a small Buffer
    return { address: koffi.address(bytes), bytes, view: new DataView(bytes.buffer) }
  }
  const setsockopt = libc.func('setsockopt', 'int', ['int', 'int', 'int', 'void *', 'uint'])
  const getsockopt = libc.func('getsockopt', 'int', ['int', 'int', 'int', 'void *', 'void *'])
  const clockGettime = libc.func('clock_gettime', 'int', ['int', 'void *'])
  const errorName = (errno: number) => names.get(errno) ?? `errno ${errno}`
  const time = memory(128)
  const option = memory(128)
  const epochSeconds = Math.floor(Date.now() / 1000)

  const socket = libc.func('socket', 'int', ['int', 'int', 'int'])
  const close = libc.func('close', 'int', ['int'])
  const epollCreate = libc.func('epoll_create1', 'int', ['int'])
  const opened = (fd: number) => {
    noted?.opened(fd)
    return fd
  }

  return {
    socket: (domain, type, protocol) => opened(socket(domain, type, protocol)),
    close(fd) {
      noted?.closed(fd) // before: once it is closed another thread may get its number
      return close(fd)
    },
    connect: libc.func('connect', 'int', ['int', 'void *', 'uint']),
    getsockname: libc.func('getsockname', 'int', ['int', 'void *', 'void *']),
    setsockopt,
    getsockopt,
    sendto: libc.func('sendto', 'long', ['int', 'void *', 'size_t', 'int', 'void *', 'uint']),
    recvmmsg: libc.func('recvmmsg', 'int', ['int', 'void *', 'uint', 'int', 'void *']),
    epollCreate: flags => opened(epollCreate(flags)),
    epollControl: libc.func('epoll_ctl', 'int', ['int', 'int', 'int', 'void *']),
    epollWait: libc.func('epoll_wait', 'int', ['int', 'void *', 'int', 'int']),
    error: () => errorName(koffi.errno()),
    errorName,
    memory,
    setNumber(fd, level, name, value) {
      option.view.setInt32(0, value, true)
      return setsockopt(fd, level, name, option.address, 4) === 0
    },
    getNumber(fd, level, name) {
      option.view.setUint32(64, 4, true)
      const done = getsockopt(fd, level, name, option.address, option.address + 64n)
      return done === 0 ? option.view.getInt32(0, true) : -1
    },
    nowNs() {
      clockGettime(linux.CLOCK_REALTIME, time.address)
      return (time.view.getUint32(0, true) - epochSeconds) * 1e9 + time.view.getUint32(8, true)
    },
    epochSeconds,
  }
}
