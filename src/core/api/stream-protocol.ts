/**
 * The live stream: `GET /v1beta/stream?history=N`, our addition to Cilium's API. Lines of JSON
 * (NDJSON), each an object with a `kind`; unknown kinds and surplus fields are to be skipped, so
 * that additions need no new version. A line has at most 1 MiB.
 *
 *     {"kind":"hello","protocol":1,"beatMs":1000}
 *     {"kind":"labels","rows":[["a",{"topology.kubernetes.io/zone":"z"}],…]}
 *     {"kind":"nodes","list":1,"more":false,"self":"a","nodes":[["a",["host","primary","192.0.2.1"],…],…]}
 *     {"kind":"state","intervalMs":…,"feed":{…},"agent":{…},"prober":{…},"listLost":{…}}
 *     {"kind":"history","rows":[[path,probe,evidence,atMs,result,stepMs,result,…],…]}
 *     {"kind":"findings","rows":[…the same…]}
 *     {"kind":"beat"}
 *
 * - `hello` comes first. A reader that does not know the protocol's number polls /status instead.
 * - `labels` comes before a list, where its nodes have some; they count for this list only.
 * - `nodes` is the whole list, in as many lines as it needs: the last has `more: false`. It comes at
 *   each change; rows speak of the last list: `path` counts its addresses from 0, `probe` is 0 for
 *   ICMP and 1 for HTTP.
 * - `state` is everything that is true of the daemon as a whole, at each change.
 * - A row holds outcomes of one probe, oldest first: the time (Unix milliseconds) of the first, of
 *   the others the time since the one before. A result is the RTT in nanoseconds, or, where there is
 *   no reply, minus the reason's number, less one (`failureReasons`). `evidence` belongs to the
 *   newest outcome: the detail of a failure, `[clock, connectNs]` of a reply, or 0.
 * - A row of probe 2 or 3 speaks of the row behind it, of probe 0 or 1: `[path, probe, mark, …]`, a mark
 *   for each outcome there. It is what the outcome tells beside its result (`Marks`) in a number: the
 *   packets it took (0: one), 16 for each SYN sent again, and 128 if the prober was late. Where no
 *   outcome has a mark there is no such row.
 * - `history` is what the daemon knew when the reader came: it may repeat what a reader knows from
 *   an earlier connection. `findings` are new. They come bundled, about four times a second.
 * - `beat` comes each second whatever happens: silence means that the link is dead.
 */
export const streamProtocol = 1
export const streamPath = '/v1beta/stream'
export const beatMs = 1000
export const maxLineBytes = 1024 * 1024
export const maxHistory = 4096

export type NodeRow = readonly [
  name: string,
  ...paths: (readonly [to: string, rank: string, ip: string])[],
]

export type Evidence = 0 | string | readonly [clock: string, connectNs?: number]

/** A probe's number in the row of marks before its own; a reader that does not know it skips the row. */
export const marksOf = (probe: number): number => probe + 2

export type Row = readonly [path: number, probe: number, evidence: Evidence, ...series: number[]]
