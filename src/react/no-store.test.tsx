// @vitest-environment jsdom
import { render } from '@testing-library/react'
import { expect, test, vi } from 'vitest'
import { useSyncStatus } from './index.ts'
import { ErrorBoundary } from './testing.tsx'

function Status() {
  return useSyncStatus().connection.name
}

test('a hook without a store says what to do', () => {
  vi.spyOn(console, 'error').mockImplementation(() => {})
  const { getByRole } = render(
    <ErrorBoundary>
      <Status />
    </ErrorBoundary>,
  )
  expect(getByRole('button').textContent).toMatchInlineSnapshot(
    `"headwater: no store is open. Call useStore(options) in a component above this one, or wrap it in <StoreProvider>."`,
  )
})
