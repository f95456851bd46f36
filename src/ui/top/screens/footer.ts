import { actionIds, bindingOf, keyName, type Page } from '../keys.ts'
import { type Line, parts, type Span, spread } from '../line.ts'
import { clean } from '../text.ts'
import type { Shown } from './shown.ts'

/** What is filtered, selected, marked and being probed. */
export function statusLine(shown: Shown, width: number): Line {
  const { view, order, board, probing } = shown
  const { length } = order.names
  const total = board.rows.length
  const right: Span[] = []
  if (probing !== undefined) right.push([progressText(probing), 'info'])
  if (view.follow) right.push(['FOLLOW', 'bold'])
  if (view.marks.size > 0) right.push([`${view.marks.size} marked`, 'bold'])
  right.push([
    `${length === 0 ? 0 : view.at + 1}/${length}${length === total ? '' : ` of ${total}`}`,
  ])
  return spread(promptLine(shown), parts(right, width), width)
}

const progressText = ({ done, total }: { done: number; total: number }): string =>
  total === 0 ? 'probing ...' : `probing ${done}/${total}`

function promptLine({ view, theme }: Shown): Line {
  if (view.draft !== undefined) {
    return [['/', 'bold'], [clean(view.draft.text)], [theme.glyphs.braille ? '▏' : '_', 'bold']]
  }
  const filters = [
    view.filter.text === '' ? '' : `filter: ${clean(view.filter.text)}`,
    view.errorsOnly ? 'errors only' : '',
  ].filter(Boolean)
  return [[filters.join('  ')]]
}

/** The last line: a message for a few seconds, what is wrong with the filter, or the keys. */
export function hintLine({ view }: Shown, width: number): Line {
  if (view.dialog?.kind === 'confirm') return [[`${view.dialog.question} (y/n)`, 'warn']]
  const error = view.draft?.error
  if (error !== undefined) return [[`${' '.repeat(error.at + 1)}^ ${error.message}`, 'warn']]
  if (view.draft !== undefined)
    return hints(
      [
        ['Enter', 'keeps'],
        ['Esc', 'clears'],
      ],
      width,
    )
  if (view.message !== undefined) return [[view.message.text, view.message.tone]]
  if (view.dialog?.kind === 'help')
    return hints(
      [
        ['j k', 'scroll'],
        ['Esc', 'close'],
      ],
      width,
    )
  if (view.dialog?.kind === 'sort')
    return hints(
      [
        ['letter', 'sorts, again reverses'],
        ['Esc', 'close'],
      ],
      width,
    )
  return hints(pageHints(view.page), width)
}

function pageHints(page: Page): readonly (readonly [string, string])[] {
  const back = page === 'detail' ? [[keyName('escape'), 'back'] as const] : []
  const rest = actionIds.flatMap(id => {
    const { hint, keys, pages } = bindingOf(id)
    return hint === undefined || !pages.includes(page)
      ? []
      : [[keyName(keys[0] ?? ''), hint] as const]
  })
  return [...back, ...rest]
}

const hints = (pairs: readonly (readonly [string, string])[], width: number): Line =>
  parts(
    pairs.map(([key, title]) => [`${key} ${title}`, 'dim'] as const),
    width,
  )
