/**
 * Who is next to append to a store. Nobody starves: a client far away, whose every push comes too late, gets a turn
 * after three `ahead` in a row; while it has it, others that could append wait.
 */

/** How a client has fared lately. */
export type Luck = {
  /** `ahead` answers since the last push that was stored. */
  lost: number
  /** How many it must lose before it gets a turn; doubled when it let one pass. */
  patience: number
}

export const initialPatience = 3

export function newLuck(): Luck {
  return { lost: 0, patience: initialPatience }
}

export type Waiting<Owner> = { readonly owner: Owner; readonly parent: number }

/** The first push that may be served now. `turn` is the owner of the turn, null when nobody has it. */
export function takeNext<Owner extends { readonly luck: Luck }, P extends Waiting<Owner>>(
  waiting: readonly P[],
  turn: Owner | null,
  head: number,
): P | undefined {
  if (turn === null) return waiting[0]
  return (
    waiting.find((push) => push.owner === turn) ??
    // One that is behind changes nothing, so it need not wait, unless its answer is a turn of its own.
    waiting.find((push) => push.parent < head && !earnsTurn(push.owner.luck))
  )
}

/** Whether one more `ahead` gives it the turn. */
export function earnsTurn({ lost, patience }: Luck): boolean {
  return lost + 1 >= patience
}

export function lose(luck: Luck): void {
  luck.lost += 1
}

export function win(luck: Luck): void {
  luck.lost = 0
  luck.patience = initialPatience
}

/** It had its turn and did not use it. */
export function waste(luck: Luck): void {
  luck.lost = 0
  luck.patience = Math.min(luck.patience * 2, 1_000)
}
