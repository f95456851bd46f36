import { expect, test } from 'vitest'
import { noNamespaces } from '../support/namespaces.ts'
import { start } from '../support/program.ts'

const obstacle = noNamespaces()

test.skipIf(obstacle)(
  `a demo without a loopback interface tells how to bring it up (${obstacle || 'as root'})`,
  async () => {
    const { code, stderr } = await start(['top', '--json', '--demo'], { within: ['unshare', '-n'] })
      .ended
    expect([code, stderr]).toEqual([
      1,
      'Error: The demo cannot use 127.77.1.1:4240: ENETUNREACH\n' +
        'The loopback interface is down: ip link set lo up\n',
    ])
  },
)
