#!/usr/bin/env node
// The whole module: an older Node.js lacks a name, and would end here before it can be told why.
import * as nodeModule from 'node:module'

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)

if (major < 22 || (major === 22 && minor < 19)) {
  process.stderr.write(
    `Error: cilium-health needs Node.js 22.19 or newer; this is ${process.version}.\n` +
      'Run it with a newer one: npm scripts of this project bring their own (npm start).\n',
  )
  process.exitCode = 1
} else {
  nodeModule.enableCompileCache()
  // React reads it when it is loaded: its development build costs a fifth more a frame.
  process.env.NODE_ENV ??= 'production'
  const { statusAtOnce } = await import('./quick-status.ts')
  if (!(await statusAtOnce(process.argv.slice(2)))) {
    const { main } = await import('./program.ts')
    await main(process.argv)
  }
}
