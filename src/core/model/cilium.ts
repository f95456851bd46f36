/**
 * The health API's JSON as Cilium defines it (api/v1/health/openapi.yaml, 1.5 to 1.20). Every field
 * may be missing or null in what a daemon sends; `nodes` is null before its first results.
 */
export interface HealthStatusResponse {
  readonly local?: { readonly name?: string } | null
  readonly nodes: readonly NodeStatus[] | null
  /** A Go duration such as `1m46.973890457s`. Since 1.18. */
  readonly probeInterval?: string
  /** RFC 3339, whole seconds: when the cycle shown began. */
  readonly timestamp?: string
}

export interface NodeStatus {
  readonly name?: string
  readonly host?: AddressesStatus | null
  /** Since 1.12. */
  readonly 'health-endpoint'?: AddressesStatus | null
  /** Until 1.11 the only one; since then a copy of the health endpoint's primary address. */
  readonly endpoint?: PathStatus | null
}

export interface AddressesStatus {
  readonly 'primary-address'?: PathStatus | null
  readonly 'secondary-addresses'?: readonly PathStatus[] | null
}

export interface PathStatus {
  readonly ip?: string
  readonly icmp?: ConnectivityStatus | null
  readonly http?: ConnectivityStatus | null
}

/** Absent: never probed. An empty status: reachable. Any other: the failure's text. */
export interface ConnectivityStatus {
  /** Nanoseconds, a bigint where a number would not be exact; left out when 0. */
  readonly latency?: number | bigint
  readonly status?: string
  /** RFC 3339, whole seconds: completion. Since 1.18. */
  readonly lastProbed?: string
}

/** GET /v1beta/healthz. `cilium` is the agent's own StatusResponse, passed through. */
export interface HealthResponse {
  readonly cilium?: Readonly<Record<string, unknown>> | null
  readonly 'system-load'?: {
    readonly last1min?: string
    readonly last5min?: string
    readonly last15min?: string
  } | null
  /** A Go duration. */
  readonly uptime?: string
}
