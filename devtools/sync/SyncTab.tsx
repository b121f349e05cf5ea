import { useState } from 'react'
import { useStore } from 'zustand'
import type { StoreApi } from 'zustand/vanilla'
import type { Model } from '../model.ts'
import type { Bead } from '../protocol.ts'
import { useNow } from '../use-now.ts'
import { useWidth } from '../use-width.ts'
import { CommitDetail } from './CommitDetail.tsx'
import { LaneRow } from './LaneRow.tsx'
import { Legend } from './Legend.tsx'
import { pictureOf } from './lanes.ts'
import { StatusStrip } from './StatusStrip.tsx'

/** Pixels: those of `panel-styles.ts`. */
const column = 54
const labels = 168
const narrowLabels = 100
/** What the number of the head takes, after the last bead. */
const headLabel = 96
const narrowHeadLabel = 80

type Props = {
  readonly model: StoreApi<Model>
  /** The time in a recording. */
  readonly recordedNow: (() => number) | undefined
}

/** Every session of this client, its leader and the backend, each with its chain of commits. */
export function SyncTab({ model: store, recordedNow }: Props) {
  const model = useStore(store)
  const [ref, width] = useWidth<HTMLDivElement>()
  const [selected, select] = useState<Bead>()
  const isNarrow = width < 620
  const beside = isNarrow ? narrowLabels + narrowHeadLabel : labels + headLabel
  const room = Math.max(3, Math.floor((width - beside) / column))
  const live = useNow(1_000)
  const now = recordedNow?.() ?? live
  const { lanes, columns } = pictureOf(model, room, now)
  return (
    <div className="sync" ref={ref} data-narrow={isNarrow || undefined}>
      <StatusStrip model={model} now={now} />
      <div className="lanes">
        {lanes.map((lane) => (
          <LaneRow
            key={lane.id}
            lane={lane}
            columns={columns}
            model={model}
            selected={selected?.commitId}
            onSelect={(bead) => select(bead.commitId === selected?.commitId ? undefined : bead)}
          />
        ))}
      </div>
      {selected ? <CommitDetail bead={selected} model={model} onClose={() => select(undefined)} /> : <Legend />}
    </div>
  )
}
