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

/** Every session of this client, its leader and the backend, each with its chain of commits. */
export function SyncTab({ model: store }: { model: StoreApi<Model> }) {
  const model = useStore(store)
  const [ref, width] = useWidth<HTMLDivElement>()
  const [selected, select] = useState<Bead>()
  const room = Math.max(3, Math.floor((width - (width < 620 ? narrowLabels : labels) - headLabel) / column))
  const { lanes, columns } = pictureOf(model, room, useNow(1_000))
  return (
    <div className="sync" ref={ref} data-narrow={width < 620 || undefined}>
      <StatusStrip model={model} />
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
