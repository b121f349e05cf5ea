import { useState } from 'react'
import type { Model, Rebase } from '../model.ts'
import { originOf } from '../origin.ts'
import { BeforeAfter } from './BeforeAfter.tsx'
import { RowChanges } from './RowChanges.tsx'
import { movesOf, plural, type RebaseStep, type StepBead, stepsOf } from './steps.ts'

type Props = { readonly rebase: Rebase; readonly model: Model; readonly where: string }

export function RebaseView({ rebase, model, where }: Props) {
  const [at, setAt] = useState(3)
  const steps = stepsOf(rebase, (commitId) => isConfirmed(model, commitId))
  const step = steps[at]!
  const moves = movesOf(rebase)
  const settled = moves.filter(({ fate }) => fate.name === 'settled')
  const hidden = rebase.before.accepted.count + rebase.before.pending.count - moves.length
  return (
    <div className="rebase" data-testid="rebase">
      <Phases rebase={rebase} />
      <div className="rebase-pictures">
        <div>
          <nav className="steps" aria-label="Steps of the rebase">
            <button type="button" aria-label="Previous step" disabled={at === 0} onClick={() => setAt(at - 1)}>
              ‹
            </button>
            {steps.map(({ title }, nth) => (
              <button
                key={title}
                type="button"
                aria-current={nth === at ? 'step' : undefined}
                onClick={() => setAt(nth)}
              >
                <span className="nth">{nth + 1}</span> {title}
              </button>
            ))}
            <button
              type="button"
              aria-label="Next step"
              disabled={at === steps.length - 1}
              onClick={() => setAt(at + 1)}
            >
              ›
            </button>
          </nav>
          <p className="words" aria-live="polite" data-testid="step">
            {step.words}
          </p>
          <StepPicture step={step} model={model} where={where} isFromBackend={rebase.tier === 'leader'} />
        </div>
        <BeforeAfter rebase={rebase} model={model} />
      </div>
      {hidden > 0 && (
        <p className="note">{plural(hidden, 'commit')} between them moved the same way, and are not drawn.</p>
      )}
      {rebase.rows && <RowChanges rows={rebase.rows} />}
      {settled.length > 0 && <Settled moves={settled} />}
    </div>
  )
}

/** The last number that the leader has as confirmed says so of all before it. */
function isConfirmed(model: Model, commitId: string): boolean {
  return model.lives.get(commitId)?.confirmed !== undefined
}

function Phases({ rebase }: { rebase: Rebase }) {
  const names = {
    decide: 'decide',
    persist: 'log',
    rollBack: 'roll back',
    upstream: 'upstream',
    replay: 'replay',
  } as const
  const total = Math.max(0.001, rebase.ms)
  return (
    <div className="phases">
      {Object.entries(names).map(([key, name]) => {
        const ms = rebase.phases[key as keyof typeof names]
        return (
          <span key={key} className="phase">
            {name} <b>{ms.toFixed(1)} ms</b>
            <span className="meter" aria-hidden="true">
              <span style={{ width: `${Math.min(100, (ms / total) * 100)}%` }} />
            </span>
          </span>
        )
      })}
      <span className="phase">
        in all <b>{rebase.ms.toFixed(1)} ms</b>
      </span>
    </div>
  )
}

const markWords: Record<StepBead['mark'], string> = {
  waiting: 'waiting',
  undone: 'rolled back',
  arrived: 'from upstream',
  replayed: 'replayed',
  confirmed: 'confirmed',
  settled: 'left out',
}
const markGlyphs: Record<StepBead['mark'], string> = {
  waiting: '○',
  undone: '⤺',
  arrived: '↓',
  replayed: '↻',
  confirmed: '●',
  settled: '✕',
}

function StepPicture({
  step,
  model,
  where,
  isFromBackend,
}: {
  step: RebaseStep
  model: Model
  where: string
  isFromBackend: boolean
}) {
  return (
    <div className="step-picture">
      <StepChain title={isFromBackend ? 'Backend' : 'Leader'} beads={step.upstream} model={model} />
      <StepChain title={where} beads={step.here} model={model} />
    </div>
  )
}

/** So many are drawn of one chain. */
const most = 40

function StepChain({ title, beads, model }: { title: string; beads: readonly StepBead[]; model: Model }) {
  return (
    <div className="step-chain">
      <strong>{title}</strong>
      <ol aria-label={title}>
        <li className="shared">…</li>
        {beads.slice(0, most).map(({ bead, number, mark, was }) => {
          const { letter, colour } = originOf(model, bead)
          return (
            <li
              key={bead.commitId}
              className="step-bead"
              data-mark={mark}
              data-colour={colour}
              title={bead.names.join(', ')}
            >
              <span className="pill">
                <span aria-hidden="true">{markGlyphs[mark]} </span>
                {letter}:{number}
                {was && was !== number && <s>{was}</s>}
              </span>
              <small>{markWords[mark]}</small>
            </li>
          )
        })}
        {beads.length > most && <li className="shared">and {beads.length - most} more</li>}
      </ol>
    </div>
  )
}

function Settled({ moves }: { moves: ReturnType<typeof movesOf> }) {
  return (
    <table className="grid">
      <caption>Left out</caption>
      <thead>
        <tr>
          <th>commit</th>
          <th>was</th>
          <th>outcome</th>
          <th>why</th>
        </tr>
      </thead>
      <tbody>
        {moves.map(
          ({ bead, fate }) =>
            fate.name === 'settled' && (
              <tr key={bead.commitId}>
                <td>{bead.names.join(', ')}</td>
                <td>{fate.from}</td>
                <td>✕ {fate.outcome}</td>
                <td>{fate.reason}</td>
              </tr>
            ),
        )}
      </tbody>
    </table>
  )
}
