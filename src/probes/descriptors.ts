import { closeSync } from 'node:fs'

/**
 * Which descriptors a thread opened through the FFI, a bit each, in memory that outlives it: Node
 * knows nothing of them, and a thread that is terminated runs no code any more.
 */
export interface Descriptors {
  opened(fd: number): void
  closed(fd: number): void
}

/** The kernel's own limit (fs.nr_open), unless somebody raised it: what lies above is not noted. */
const most = 1 << 20

export const descriptorMemory = (): SharedArrayBuffer => new SharedArrayBuffer(most / 8)

export function noteDescriptors(memory: SharedArrayBuffer): Descriptors {
  const words = new Uint32Array(memory)
  const note = (fd: number, open: boolean) => {
    if (fd < 0 || fd >= most) return
    const [at, bit] = [fd >>> 5, 1 << (fd & 31)]
    words[at] = open ? (words[at] ?? 0) | bit : (words[at] ?? 0) & ~bit
  }
  return { opened: fd => note(fd, true), closed: fd => note(fd, false) }
}

/** Closes what a thread that is gone left open. */
export function closeLeft(memory: SharedArrayBuffer): void {
  const words = new Uint32Array(memory)
  for (const [index, word] of words.entries()) {
    if (word === 0) continue
    for (let bit = 0; bit < 32; bit += 1) if ((word >>> bit) & 1) close(index * 32 + bit)
    words[index] = 0
  }
}

function close(fd: number): void {
  try {
    closeSync(fd)
  } catch (error) {
    // Somebody closed it under the thread, which is why that is gone.
    if ((error as NodeJS.ErrnoException).code !== 'EBADF') throw error
  }
}
