import { BlockList, isIP } from 'node:net'
import { unescape as decoded } from 'node:querystring'
import { UserError } from '../../errors.ts'
import { goErrorText } from '../../model/go-error.ts'
import type { Route } from './index.ts'
import { connected } from './socket.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** Leads a route by the proxy that Go's http.ProxyFromEnvironment chooses for it, if any. */
export function byProxy(environment: Environment): (route: Route) => Route {
  const proxy = environment.HTTP_PROXY || environment.http_proxy || ''
  const exceptions = environment.NO_PROXY || environment.no_proxy || ''
  return route =>
    proxy === '' || isExcepted(route.origin, exceptions) ? route : through(route, proxyOf(proxy))
}

function proxyOf(text: string): URL {
  const url = URL.parse(/^\w+:\/\//.test(text) ? text : `http://${text}`)
  if (url?.protocol === 'http:' && url.hostname !== '') return url
  throw new UserError(
    `HTTP_PROXY is ${JSON.stringify(text)}: only proxies at http://HOST:PORT are known`,
    'Except the daemon with NO_PROXY.',
  )
}

function through(route: Route, { hostname, port, username, password }: URL): Route {
  const place = { host: bare(hostname), port: Number(port || '80') }
  const address = `tcp ${hostname}:${place.port}`
  const login = Buffer.from([username, password].map(decoded).join(':'))
  const authorization = { 'proxy-authorization': `Basic ${login.toString('base64')}` }
  return {
    ...route,
    target: path => route.origin + path,
    address,
    headers: { ...route.headers, ...(username === '' ? {} : authorization) },
    dial: signal => connected(place, signal),
    async explain(error) {
      const text = goErrorText(error, address)
      return text.startsWith('dial ') ? { text: `proxyconnect tcp: ${text}` } : undefined
    },
  }
}

const bare = (hostname: string) => hostname.replace(/^\[(.*)\]$/, '$1')

/** This machine always is; others by name, domain, address or subnet, each with or without a port. */
function isExcepted(origin: string, exceptions: string): boolean {
  const url = new URL(origin)
  const [host, port] = [bare(url.hostname), url.port || '80']
  if (host === 'localhost' || isWithin(host, '127.0.0.0/8') || host === '::1') return true
  return exceptions
    .toLowerCase()
    .split(',')
    .some(word => covers(word.trim(), host, port))
}

function covers(exception: string, host: string, port: string): boolean {
  if (exception === '*') return true
  if (exception.includes('/')) return isWithin(host, exception)
  const [, name = exception, only] = /^(\[.*\]|[^:]*):(\d+)$/.exec(exception) ?? []
  if (name === '' || (only !== undefined && only !== port)) return false
  if (isIP(host) !== 0) return bare(name) === host
  const domain = name.replace(/^\*?\./, '.')
  return domain.startsWith('.') ? host.endsWith(domain) : `.${host}`.endsWith(`.${domain}`)
}

function isWithin(ip: string, subnet: string): boolean {
  const [, network = '', bits = ''] = /^(.*)\/(\d{1,3})$/.exec(subnet) ?? []
  const family = isIP(ip)
  if (family === 0 || isIP(network) !== family || Number(bits) > (family === 4 ? 32 : 128)) {
    return false
  }
  const type = family === 4 ? 'ipv4' : 'ipv6'
  const list = new BlockList()
  list.addSubnet(network, Number(bits), type)
  return list.check(ip, type)
}
