/** What our daemon's refusals on TCP begin with; its client shows them to the operator. */
export const refusalMark = 'This daemon '

export const wantsToken = `${refusalMark}wants a token: give one with --token-file.\n`
export const refusesToken = `${refusalMark}does not know this token.\n`
export const isReadOnly = `${refusalMark}only tells here, and does not probe on order: start it with --allow-probe.\n`
export const refusesName = `${refusalMark}answers to its address only, not to other names.\n`
