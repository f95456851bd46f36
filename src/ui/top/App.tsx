import { Box, Text, useApp, useInput, usePaste, useWindowSize } from 'ink'
import { memo, useEffect, useReducer, useSyncExternalStore } from 'react'
import { mouseOff, mouseOn } from './mouse.ts'
import type { Session } from './session.ts'
import { strokesOf } from './strokes.ts'
import { suspend } from './suspend.ts'

interface AppProps {
  readonly session: Session
  /** Sends codes that draw nothing. */
  readonly send: (codes: string) => void
}

/** Draws a session's rows and hands it the keys. Nothing is rendered while the rows' text stays. */
export function App({ session, send }: AppProps) {
  const { exit, suspendTerminal } = useApp()
  const { columns, rows } = useWindowSize()
  const [redraws, redraw] = useReducer((number: number) => number + 1, 0)
  const drawn = useSyncExternalStore(session.subscribe, () => session.rows(columns, rows))
  useInput((input, key) => session.press(strokesOf(input, key)))
  usePaste(text => session.paste(text))
  useEffect(() => {
    session.attach({
      quit: () => exit(),
      suspend: () =>
        void suspendTerminal(async () => {
          if (session.mouse()) send(mouseOff)
          await suspend()
          if (session.mouse()) send(mouseOn)
        }),
      redraw: () => void suspendTerminal(async () => redraw()),
      send,
    })
  }, [session, exit, suspendTerminal, send])
  return <Rows key={redraws} rows={drawn} />
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
