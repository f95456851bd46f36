import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Whether certificates can be made here. */
export const hasOpenssl = (() => {
  try {
    execFileSync('openssl', ['version'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
})()

export interface KeyPair {
  readonly key: string
  readonly cert: string
}

export interface Authority {
  /** Its own certificate, PEM. */
  readonly ca: string
  /** A certificate of it; `names` as `DNS:localhost,IP:127.0.0.1`. */
  issue(name: string, names?: string, days?: number): KeyPair
}

/** A certificate authority whose files are in `directory`, for a test. */
export function createAuthority(directory: string, name = 'ca'): Authority {
  const file = (suffix: string) => join(directory, `${name}.${suffix}`)
  const openssl = (...args: readonly string[]) => execFileSync('openssl', args, { stdio: 'pipe' })
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
  const out = (base: string) => ['-keyout', `${base}.key`, '-out', `${base}.crt`]
  openssl('req', '-x509', ...newKey, ...out(file('own')), '-subj', `/CN=${name}`, '-days', '2')
  return {
    ca: readFileSync(file('own.crt'), 'utf8'),
    issue(subject, names = 'DNS:localhost,IP:127.0.0.1', days = 2) {
      const base = file(subject)
      const subjectOf = ['-subj', `/CN=${subject}`]
      openssl('req', ...newKey, '-keyout', `${base}.key`, '-out', `${base}.csr`, ...subjectOf)
      writeFileSync(`${base}.ext`, `subjectAltName=${names}\n`)
      const signing = ['-CA', file('own.crt'), '-CAkey', file('own.key'), '-CAcreateserial']
      const request = ['-in', `${base}.csr`, '-out', `${base}.crt`, '-extfile', `${base}.ext`]
      openssl('x509', '-req', ...request, ...signing, '-days', `${days}`)
      return { key: readFileSync(`${base}.key`, 'utf8'), cert: readFileSync(`${base}.crt`, 'utf8') }
    },
  }
}
