import { Box, Text, useApp, useInput, usePaste, useWindowSize } from 'ink'
import { memo, useEffect, useReducer, useSyncExternalStore } from 'react'
import type { Session } from './session.ts'
import { strokesOf } from './strokes.ts'
import { suspend } from './suspend.ts'

/** Draws a session's rows and hands it the keys. A row whose text stays is not rendered again. */
export function App({ session }: { readonly session: Session }) {
  const { exit, suspendTerminal } = useApp()
  const { columns, rows } = useWindowSize()
  const [redraws, redraw] = useReducer((number: number) => number + 1, 0)
  useSyncExternalStore(session.subscribe, session.version)
  useInput((input, key) => session.press(strokesOf(input, key)))
  usePaste(text => session.paste(text))
  useEffect(() => {
    session.attach({
      quit: () => exit(),
      suspend: () => void suspendTerminal(suspend),
      redraw: () => void suspendTerminal(async () => redraw()),
    })
  }, [session, exit, suspendTerminal])
  return <Rows key={redraws} rows={session.rows(columns, rows)} />
}

const Rows = ({ rows }: { readonly rows: readonly string[] }) => (
  <Box flexDirection="column">
    {rows.map((text, line) => (
      // biome-ignore lint/suspicious/noArrayIndexKey: a row of the screen is its place
      <Row key={line} text={text} />
    ))}
  </Box>
)

const Row = memo(({ text }: { readonly text: string }) => (
  <Text wrap="truncate">{text === '' ? ' ' : text}</Text>
))
