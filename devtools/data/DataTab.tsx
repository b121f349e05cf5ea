import { useState } from 'react'
import { useStore } from 'zustand'
import type { StoreApi } from 'zustand/vanilla'
import type { Explorer } from '../fork/explorer.ts'
import { keyOf } from '../fork/tables.ts'
import type { Model } from '../model.ts'
import { DataBrowser } from './DataBrowser.tsx'
import { EditRow } from './EditRow.tsx'
import type { Staged } from './edit.ts'
import { RowDetail } from './RowDetail.tsx'
import { RowHistory } from './RowHistory.tsx'
import { StagedBar } from './StagedBar.tsx'
import { useWrites } from './use-writes.ts'

type Props = { readonly explorer: Explorer; readonly model: StoreApi<Model>; readonly onTravel: () => void }

/** The tables as this tab has them, live. */
export function DataTab({ explorer, model: modelStore, onTravel }: Props) {
  const { store, page, place, edits } = explorer
  const model = useStore(modelStore)
  const [isFollowing, setIsFollowing] = useState(true)
  const { writes, cost } = useWrites(store, isFollowing)
  const [staged, setStaged] = useState<readonly Staged[]>([])
  const [isNew, setIsNew] = useState(false)
  const { schema } = store.inspect
  const stage = (what: string, events: Staged['events']) =>
    setStaged((before) => [...before, { id: (before.at(-1)?.id ?? 0) + 1, what, events }])
  return (
    <div className="data-tab">
      <DataBrowser
        db={page.tables}
        version={writes.version}
        writes={writes}
        place={place}
        clientOnly={schema.clientOnlyTables}
        onCost={(ms) => {
          cost.ms = ms
        }}
        tools={
          <>
            <label className="check">
              <input type="checkbox" checked={isFollowing} onChange={({ target }) => setIsFollowing(target.checked)} />
              live
            </label>
            {Object.values(edits).some(({ insert }) => insert) && (
              <button type="button" className="toggle" aria-pressed={isNew} onClick={() => setIsNew(!isNew)}>
                New row
              </button>
            )}
          </>
        }
        detail={(table, row, onClose) => (
          <RowDetail
            key={keyOf(table, row)}
            table={table}
            row={row}
            onClose={onClose}
            edit={
              edits[table.name] && (
                <EditRow schema={schema} table={table} row={row} edits={edits[table.name]!} onStage={stage} />
              )
            }
            history={(column) => (
              <RowHistory
                explorer={explorer}
                model={model}
                table={table}
                row={row}
                column={column}
                onTravel={(commits) => {
                  place.setState({ commits, table: table.name })
                  onTravel()
                }}
              />
            )}
          />
        )}
        below={(table) =>
          isNew &&
          (edits[table.name]?.insert ? (
            <EditRow
              key={table.name}
              schema={schema}
              table={table}
              row={undefined}
              edits={edits[table.name]!}
              onStage={stage}
            />
          ) : (
            <p className="staged soft">The app gives no event for a new row of {table.name}.</p>
          ))
        }
      />
      <StagedBar store={store} staged={staged} onChange={setStaged} />
    </div>
  )
}
