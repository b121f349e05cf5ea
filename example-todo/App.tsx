import { HeadwaterDevtools } from 'headwater/devtools'
import { useBootStatus } from 'headwater/react'
import { Suspense, useEffect } from 'react'
import { defaultStoreId, devtools, storeId } from './address.ts'
import { ConflictButton } from './ConflictButton.tsx'
import { edit } from './edit.ts'
import { FailureBoundary } from './FailureBoundary.tsx'
import { StoreProvider, useStore } from './hooks.ts'
import { keepRouteInStep } from './route.ts'
import { StatusBar } from './StatusBar.tsx'
import { storeOptions } from './store.ts'
import { TodoApp } from './TodoApp.tsx'

export function App() {
  return (
    <>
      <main>
        <FailureBoundary>
          <Suspense fallback={<Opening />}>
            <OpenStore />
          </Suspense>
        </FailureBoundary>
      </main>
      <footer className="info">
        <p>Double-click to edit a todo</p>
        <p>Open a second tab, or another browser: it follows. Switch one offline, and it catches up later.</p>
        {storeId !== defaultStoreId && <p>Store: {storeId}</p>}
      </footer>
    </>
  )
}

/** Suspends until the store is open. */
function OpenStore() {
  const store = useStore(storeOptions)
  useEffect(() => keepRouteInStep(store), [store])
  return (
    <StoreProvider store={store}>
      <TodoApp />
      <StatusBar />
      {devtools !== 'off' && (
        <>
          <ConflictButton />
          <HeadwaterDevtools store={store} initiallyOpen={devtools === 'open'} edit={edit} />
        </>
      )}
    </StoreProvider>
  )
}

function Opening() {
  const boot = useBootStatus()
  return (
    <section className="todoapp" aria-busy="true">
      <header className="header">
        <h1>todos</h1>
        <p className="opening" role="status">
          {boot?.phase === 'blocked' ? 'Another tab keeps the store, and does not respond…' : 'Opening the store…'}
        </p>
      </header>
    </section>
  )
}
