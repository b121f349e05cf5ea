import type { KeyboardEvent } from 'react'
import { print } from '../../src/event/sequence-number.ts'
import type { Model } from '../model.ts'
import { originOf } from '../origin.ts'
import type { Bead } from '../protocol.ts'
import type { BeadState, Cell, Lane } from './lanes.ts'

type Props = {
  readonly lane: Lane
  readonly columns: number
  readonly model: Model
  readonly selected: string | undefined
  readonly onSelect: (bead: Bead) => void
}

const waitingWord = { session: 'pending', leader: 'unconfirmed', backend: '' }

export function LaneRow({ lane, columns, model, selected, onSelect }: Props) {
  const { id, kind, title, note, head, waiting, cells, isCut } = lane
  const [first] = cells
  const last = cells.at(-1)
  return (
    <section
      className="lane"
      data-kind={kind}
      data-testid={`lane-${kind}`}
      aria-label={`${title}${head ? `, head ${head}` : ''}`}
    >
      <div className="lane-label">
        <strong>{title}</strong>
        {waiting > 0 && (
          <span className="waiting">
            {waiting.toLocaleString('en')} {waitingWord[kind]}
          </span>
        )}
        <span className="note" title={note}>
          {note}
        </span>
      </div>
      <ol className="chain" onKeyDown={moveFocus}>
        {first && last && (
          <li
            className="thread"
            data-cut={isCut || undefined}
            aria-hidden="true"
            style={{ left: at(isCut ? -0.5 : first.column), width: at(last.column - (isCut ? -0.5 : first.column)) }}
          />
        )}
        {cells.map((cell) => (
          <CellView
            key={cell.kind === 'bead' ? cell.bead.commitId : `gap-${id}`}
            cell={cell}
            model={model}
            selected={selected}
            onSelect={onSelect}
          />
        ))}
        {head && (
          <li className="head" style={{ left: at((last?.column ?? Math.min(0, columns)) + 1) }}>
            <span>head</span> {head}
          </li>
        )}
      </ol>
    </section>
  )
}

const at = (columns: number) => `calc(${columns} * var(--column))`

export const glyphs: Record<BeadState, string> = { pending: '○', persisted: '◐', confirmed: '●' }

type CellProps = Pick<Props, 'model' | 'selected' | 'onSelect'> & { readonly cell: Cell }

function CellView({ cell, model, selected, onSelect }: CellProps) {
  if (cell.kind === 'gap') {
    return (
      <li className="gap" data-state={cell.state} style={{ left: at(cell.column) }}>
        <span>{cell.state === 'unknown' ? '?' : '⋯'}</span>
        <small>{cell.count.toLocaleString('en', { notation: 'compact' })}</small>
      </li>
    )
  }
  const { bead, state, isHead, column } = cell
  const { letter, words, colour } = originOf(model, bead)
  const number = print(bead.to)
  const isLocal = bead.synced === 0
  const say = `${number}, ${bead.names.join(', ')}, ${state}${isLocal ? ', client-only' : ''}, by ${words}`
  return (
    <li className="cell" style={{ left: at(column) }}>
      <button
        type="button"
        className="bead"
        data-state={state}
        data-local={isLocal || undefined}
        data-colour={colour}
        data-commit={bead.commitId}
        aria-pressed={bead.commitId === selected}
        aria-label={say}
        title={say}
        tabIndex={isHead ? 0 : -1}
        onClick={() => onSelect(bead)}
      >
        <span className="shape" aria-hidden="true" />
        <span className="letter" aria-hidden="true">
          {letter}
        </span>
      </button>
      <span className="number" aria-hidden="true">
        {number}
        {state === 'confirmed' ? '' : '′'}
      </span>
    </li>
  )
}

/** A lane is one tab stop, its head; arrows go along it. */
function moveFocus({ key, target, currentTarget }: KeyboardEvent<HTMLOListElement>) {
  const step = { ArrowLeft: -1, ArrowRight: 1 }[key]
  if (step === undefined) return
  const beads = [...currentTarget.querySelectorAll<HTMLButtonElement>('.bead')]
  beads[beads.indexOf(target as HTMLButtonElement) + step]?.focus()
}
