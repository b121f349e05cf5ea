import { cleanup, render, screen } from '@testing-library/react'
import { Suspense } from 'react'
import { afterEach, test } from 'vitest'
import { type Adapter, makeInMemoryAdapter } from '../index.ts'
import { useBootStatus, useStore } from './index.ts'
import { schema } from './testing.tsx'

afterEach(cleanup)

const storeId = 'boot-status'
const held = Promise.withResolvers<void>()
const memory = makeInMemoryAdapter()
const adapter: Adapter = async (options) => {
  await held.promise
  return memory(options)
}

function Opening() {
  return <p>{useBootStatus(storeId)?.phase ?? 'nothing yet'}</p>
}

function Booted() {
  return <p>store {useStore({ schema, adapter, storeId }).storeId}</p>
}

test('what is shown while a store opens says how far that is', async () => {
  render(
    <Suspense fallback={<Opening />}>
      <Booted />
    </Suspense>,
  )
  await screen.findByText('sqlite')
  held.resolve()
  await screen.findByText('store boot-status')
})
