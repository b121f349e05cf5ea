import { useState } from 'react'
import { useStore } from 'zustand'
import type { StoreApi } from 'zustand/vanilla'
import type { Explorer } from '../fork/explorer.ts'
import { keyOf } from '../fork/tables.ts'
import type { Model } from '../model.ts'
import { DataBrowser } from './DataBrowser.tsx'
import { RowDetail } from './RowDetail.tsx'
import { RowHistory } from './RowHistory.tsx'
import { useWrites } from './use-writes.ts'

type Props = { readonly explorer: Explorer; readonly model: StoreApi<Model>; readonly onTravel: () => void }

/** The tables as this tab has them, live. */
export function DataTab({ explorer, model: modelStore, onTravel }: Props) {
  const { store, page, place } = explorer
  const model = useStore(modelStore)
  const [isFollowing, setIsFollowing] = useState(true)
  const { writes, cost } = useWrites(store, isFollowing)
  return (
    <DataBrowser
      db={page.tables}
      version={writes.version}
      writes={writes}
      place={place}
      clientOnly={store.inspect.schema.clientOnlyTables}
      onCost={(ms) => {
        cost.ms = ms
      }}
      tools={
        <label className="check">
          <input type="checkbox" checked={isFollowing} onChange={({ target }) => setIsFollowing(target.checked)} />
          live
        </label>
      }
      detail={(table, row, onClose) => (
        <RowDetail
          key={keyOf(table, row)}
          table={table}
          row={row}
          onClose={onClose}
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
    />
  )
}
