import type { Socket } from 'node:net'
import { goErrorText } from '../../model/go-error.ts'
import type { TlsAccess, Trouble } from './index.ts'

const notTrusted = 'is signed by nobody who is trusted here: give its CA (--tls-ca FILE)'

/** What is wrong with the daemon's certificate, or with ours. */
const words: Readonly<Record<string, (host: string) => string>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: () => `the daemon's certificate ${notTrusted}`,
  SELF_SIGNED_CERT_IN_CHAIN: () => `the daemon's certificate ${notTrusted}`,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: () => `the daemon's certificate ${notTrusted}`,
  UNABLE_TO_GET_ISSUER_CERT: () => `the daemon's certificate ${notTrusted}`,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: () => `the daemon's certificate ${notTrusted}`,
  CERT_SIGNATURE_FAILURE: () => "the daemon's certificate is not from the CA that was given",
  CERT_HAS_EXPIRED: () => "the daemon's certificate has expired (or our clock is wrong)",
  CERT_NOT_YET_VALID: () => "the daemon's certificate is not valid yet (or our clock is wrong)",
  ERR_TLS_CERT_ALTNAME_INVALID: host =>
    `the daemon's certificate is for other names than ${host}: use a name that it is for`,
  ERR_SSL_WRONG_VERSION_NUMBER: () => 'the daemon speaks no TLS there: use tcp://',
  ERR_SSL_PACKET_LENGTH_TOO_LONG: () => 'the daemon speaks no TLS there: use tcp://',
  ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED: () =>
    'the daemon wants a certificate of ours: give --tls-cert and --tls-key',
  ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE: () =>
    'the daemon wants a certificate of ours: give --tls-cert and --tls-key',
  ERR_SSL_TLSV1_ALERT_UNKNOWN_CA: () => 'the daemon does not trust our certificate',
  ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE: () => 'the daemon does not trust our certificate',
  ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED: () => 'our certificate has expired',
}

/** In plain words why a TLS connection was not made or not kept; undefined for any other error. */
export function tlsTrouble(error: unknown, host: string, { cert }: TlsAccess): Trouble | undefined {
  const { code = '' } = error as NodeJS.ErrnoException
  if (cert !== undefined && hangUps.has(code)) {
    // With TLS 1.3 we are connected before the other side has looked at our certificate.
    return { text: 'the daemon hung up: it was ended, or does not trust our certificate' }
  }
  const tell = Object.hasOwn(words, code) ? words[code] : undefined
  return tell && { text: tell(host) }
}

const hangUps: ReadonlySet<string> = new Set(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET'])

/** Why a call without TLS failed, if that may be the reason; undefined for any other error. */
export function plainTrouble(error: unknown, { bytesRead }: Socket): Trouble | undefined {
  // Who speaks TLS alone hangs up without a word. A daemon that is ended has spoken before.
  if (bytesRead > 0 || goErrorText(error, '') !== 'EOF') return undefined
  return { text: 'EOF: perhaps the daemon speaks TLS there: tcps://' }
}
