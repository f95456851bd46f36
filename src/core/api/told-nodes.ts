import type { NodeList } from '../model/node.ts'
import type { Snapshot } from '../model/snapshot.ts'
import type { HealthSource, NodeSource } from '../model/source.ts'

/**
 * The nodes that a daemon tells of, to be probed from here: a Cilium daemon since 1.17 probes by its
 * own clock only. `self` is left out: we may be somewhere else. Closing it closes the source.
 */
export function toldNodes(source: HealthSource): NodeSource {
  return {
    label: `the nodes that ${source.snapshot().origin.label} tells of`,
    async *watch(signal) {
      let told = ''
      let news = Promise.withResolvers<void>()
      const stop = source.subscribe(() => news.resolve())
      const end = () => news.resolve()
      signal.addEventListener('abort', end)
      try {
        while (!signal.aborted) {
          news = Promise.withResolvers<void>()
          const list = listOf(source.snapshot())
          const text = JSON.stringify(list)
          if (text !== told && list.nodes.length > 0) yield list
          told = text
          if (!signal.aborted) await news.promise
        }
      } finally {
        stop()
        signal.removeEventListener('abort', end)
      }
    },
    close: () => source.close(),
  }
}

const listOf = ({ nodes }: Snapshot): NodeList => ({
  nodes: nodes.map(({ name, labels, leaving, paths }) => ({
    name,
    labels,
    leaving,
    paths: paths.map(({ node, to, rank, ip }) => ({ node, to, rank, ip })),
  })),
})
