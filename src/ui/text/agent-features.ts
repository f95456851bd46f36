import { parseGoDuration } from '../../core/model/duration.ts'
import type { AgentStatus } from './received.ts'

const onOff = (enabled: boolean): string => (enabled ? 'Enabled' : 'Disabled')

export function masquerading(agent: AgentStatus): string {
  const { masquerading } = agent
  if (!masquerading) return ''
  const protocols = masquerading.enabledProtocols
  if (!protocols) return `Masquerading:\t${onOff(masquerading.enabled)}\n`
  if (!protocols.ipv4 && !protocols.ipv6) return 'Masquerading:\tDisabled\n'
  const families = `[IPv4: ${onOff(protocols.ipv4)}, IPv6: ${onOff(protocols.ipv6)}]`
  return `Masquerading:\t${method(agent, masquerading)} ${families}\n`
}

type Masquerading = NonNullable<AgentStatus['masquerading']>

function method(agent: AgentStatus, masquerading: Masquerading): string {
  if (masquerading.mode === 'iptables') return 'IPTables'
  if (masquerading.mode !== 'BPF') return ''
  const bpf = masquerading['ip-masq-agent'] ? 'BPF (ip-masq-agent)' : 'BPF'
  const replacement = agent['kube-proxy-replacement']
  if (!replacement) return bpf
  const devices = (replacement.deviceList ?? []).map(device => device?.name)
  return `${bpf}\t[${devices.join(', ')}]\t${masquerading['snat-exclusion-cidr-v4']}`
}

export function hubble({ hubble }: AgentStatus): string {
  if (!hubble) return ''
  const { state, msg, observer, metrics } = hubble
  const fields = [
    msg === '' ? state : `${state} ${msg}`,
    ...(observer ? [flows(observer)] : []),
    ...(metrics ? [`Metrics: ${metrics.state}`] : []),
  ]
  return `Hubble:\t${fields.join('\t')}\n`
}

function flows(observer: NonNullable<NonNullable<AgentStatus['hubble']>['observer']>): string {
  const [current, most, seen] = [
    Number(observer['current-flows']),
    Number(observer['max-flows']),
    Number(observer['seen-flows']),
  ]
  const seconds = Number(parseGoDuration(observer.uptime) ?? 0n) / 1e9
  const percent = twoDecimals((current / most) * 100)
  return [
    ...(most > 0 ? [`Current/Max Flows: ${current}/${most} (${percent}%)`] : []),
    ...(seconds > 0 ? [`Flows/s: ${twoDecimals(seen / seconds)}`] : []),
  ].join(', ')
}

/** As Go rounds: what lies exactly between two goes to the even one. */
const twoDecimals = (value: number): string =>
  ((value * 8) % 4 === 1 ? value - 0.005 : value).toFixed(2)

export function encryption({ encryption }: AgentStatus): string {
  if (!encryption) return ''
  const { mode, msg, wireguard } = encryption
  return `Encryption:\t${mode}\t${msg === '' && wireguard ? tunnels(wireguard) : msg}\n`
}

function tunnels(
  wireguard: NonNullable<NonNullable<AgentStatus['encryption']>['wireguard']>,
): string {
  const interfaces = (wireguard.interfaces ?? [])
    .filter(device => device !== null)
    .map(
      device =>
        `${device.name} (Pubkey: ${device['public-key']}, ` +
        `Port: ${device['listen-port']}, Peers: ${device['peer-count']})`,
    )
  return `[NodeEncryption: ${wireguard['node-encryption']}, ${interfaces.join(', ')}]`
}
