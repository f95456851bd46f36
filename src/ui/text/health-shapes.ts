import { oldStatusResponse, statusResponse } from './agent-shapes.ts'
import { embedded, integer, list, object, text } from './shape.ts'

const connectivity = object({ lastProbed: text, latency: integer, status: text })
const path = object({ http: connectivity, icmp: connectivity, ip: text })
const addresses = object({ 'primary-address': path, 'secondary-addresses': list(path) })
const node = object({
  name: text,
  host: addresses,
  'health-endpoint': addresses,
  endpoint: path,
})

/** GET /v1beta/status. */
export const healthStatusResponse = object({
  local: object({ name: text }),
  nodes: list(node),
  probeInterval: text,
  timestamp: text,
})

/** The same until 1.5, whose client drops what it does not know. */
const oldConnectivity = object({ latency: integer, status: text })
const oldPath = object({ http: oldConnectivity, icmp: oldConnectivity, ip: text })
const oldHost = object({ 'primary-address': oldPath, 'secondary-addresses': list(oldPath) })
export const oldHealthStatusResponse = object({
  local: object({ name: text }),
  nodes: list(object({ name: text, host: oldHost, endpoint: oldPath })),
  timestamp: text,
})

/** GET /v1beta/healthz. */
const daemon = {
  'system-load': object({ last1min: text, last5min: text, last15min: text }),
  uptime: text,
}
export const healthResponse = object({ ...daemon, cilium: embedded(statusResponse) })
export const oldHealthResponse = object({ ...daemon, cilium: embedded(oldStatusResponse) })
