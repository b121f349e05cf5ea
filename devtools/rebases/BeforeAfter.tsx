import { all, beadsOf, type Model, type Rebase } from '../model.ts'
import { originOf } from '../origin.ts'
import type { Bead } from '../protocol.ts'
import { movesOf, numbers } from './steps.ts'

const row = 30
const width = 560
const left = 200
const right = 340
/** So many rows are drawn. */
const most = 30

/** The order on the left becomes the one on the right: a line from each commit's place to its new one, with both numbers. */
export function BeforeAfter({ rebase, model }: { rebase: Rebase; model: Model }) {
  const moves = movesOf(rebase).slice(0, most)
  const upstream = new Set(rebase.upstream)
  const after = [...all(rebase.confirmed), ...beadsOf(rebase.after)].slice(0, most)
  const placeAfter = new Map(after.map(({ commitId }, at) => [commitId, at]))
  const height = Math.max(moves.length, after.length, 1) * row + 24
  const y = (at: number) => 24 + at * row + row / 2
  return (
    <div className="before-after">
      <svg viewBox={`0 0 ${width} ${height}`} role="img" aria-label={inWords(rebase)} style={{ maxWidth: width }}>
        <text className="heading" x={left - 14} y={14} textAnchor="end">
          before
        </text>
        <text className="heading" x={right + 14} y={14}>
          after
        </text>
        {moves.map(({ bead, fate }, at) => {
          const to = placeAfter.get(bead.commitId)
          const { colour } = originOf(model, bead)
          const isGone = to === undefined
          return (
            <g key={bead.commitId} data-colour={colour} data-fate={fate.name}>
              <Label bead={bead} model={model} x={left - 14} y={y(at)} anchor="end" number={fate.from} />
              <circle cx={left} cy={y(at)} r={5} className="open" />
              {isGone ? (
                <text x={left + 14} y={y(at) + 4} className="fate">
                  ✕ {fate.name === 'settled' ? fate.outcome : 'not drawn'}
                </text>
              ) : (
                <path
                  d={`M${left + 5} ${y(at)} C ${left + 70} ${y(at)}, ${right - 70} ${y(to)}, ${right - 5} ${y(to)}`}
                />
              )}
            </g>
          )
        })}
        {after.map((bead, at) => {
          const { colour } = originOf(model, bead)
          const isNew = upstream.has(bead.commitId)
          return (
            <g key={bead.commitId} data-colour={colour} data-new={isNew || undefined}>
              <circle cx={right} cy={y(at)} r={5} className={isNew ? 'full' : 'open'} />
              <Label
                bead={bead}
                model={model}
                x={right + 14}
                y={y(at)}
                anchor="start"
                number={numbers(bead)}
                prefix={isNew ? '↓ ' : ''}
              />
            </g>
          )
        })}
      </svg>
    </div>
  )
}

type LabelProps = {
  readonly bead: Bead
  readonly model: Model
  readonly x: number
  readonly y: number
  readonly anchor: 'start' | 'end'
  readonly number: string
  readonly prefix?: string
}

function Label({ bead, model, x, y, anchor, number, prefix = '' }: LabelProps) {
  const name = bead.names[0] ?? ''
  return (
    <text x={x} y={y + 4} textAnchor={anchor}>
      {prefix}
      <tspan className="name">{anchor === 'end' ? `${short(name)} ` : ''}</tspan>
      <tspan className="number">
        {originOf(model, bead).letter}:{number}
      </tspan>
      <tspan className="name">{anchor === 'start' ? ` ${short(name)}` : ''}</tspan>
    </text>
  )
}

const short = (name: string) => (name.length > 20 ? `${name.slice(0, 19)}…` : name)

function inWords(rebase: Rebase): string {
  const moved = movesOf(rebase).flatMap(({ fate }) =>
    fate.name === 'renumbered' ? `${fate.from} became ${fate.to}` : [],
  )
  return moved.length > 0 ? moved.slice(0, 10).join(', ') : 'nothing was renumbered'
}
