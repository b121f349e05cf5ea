import { act, cleanup, render, screen } from '@testing-library/react'
import { userEvent } from '@testing-library/user-event'
import { StrictMode } from 'react'
import { afterEach, expect, expectTypeOf, test } from 'vitest'
import { z } from 'zod'
import { clientDocuments, createStorePromise, makeInMemoryAdapter, makeSchema, type Store } from '../index.ts'
import { type SetDocument, StoreProvider, useClientDocument } from './index.ts'
import { declared } from './testing.tsx'

const drafts = clientDocuments('drafts', z.object({ text: z.string(), size: z.enum(['s', 'l']).default('s') }))
const schema = makeSchema({ ...declared, tables: { ...declared.tables, drafts } })

afterEach(cleanup)

const open = () => createStorePromise({ schema, adapter: makeInMemoryAdapter(), storeId: 'documents' })

type Draft = { text: string; size: 's' | 'l' }
const empty: Draft = { text: '', size: 's' }

function Field({ name, onSet }: { name: string; onSet?: (set: SetDocument<Draft>) => void }) {
  const [draft, setDraft] = useClientDocument(drafts, 'new', empty)
  expectTypeOf(draft).toEqualTypeOf<Draft>()
  onSet?.(setDraft)
  return (
    <input aria-label={name} value={draft.text} onChange={({ target }) => setDraft({ ...draft, text: target.value })} />
  )
}

const page = (store: Store) => (
  <StrictMode>
    <StoreProvider store={store}>
      <Field name="one" />
      <Field name="two" />
    </StoreProvider>
  </StrictMode>
)

test('is a state that all who name it share, with a steady caret, and of which the log keeps one event', async () => {
  const store = await open()
  const user = userEvent.setup()
  render(page(store))
  const one = screen.getByLabelText<HTMLInputElement>('one')
  await user.type(one, 'ad')
  await user.type(one, 'bc', { initialSelectionStart: 1, initialSelectionEnd: 1 })
  expect([one.value, one.selectionStart]).toEqual(['abcd', 3])
  expect(screen.getByLabelText<HTMLInputElement>('two').value).toBe('abcd')
  await act(() => store.shutdown())
})

test('a function gets the value before, an equal value commits nothing, and one that does not fit throws', async () => {
  const store = await open()
  let commits = 0
  store.trace(({ type, ...trace }) => type === 'committed' && 'tier' in trace && trace.tier === 'session' && commits++)
  let set: SetDocument<Draft> = () => {}
  const onSet = (given: SetDocument<Draft>) => {
    set = given
  }
  render(
    <StoreProvider store={store}>
      <Field name="one" onSet={onSet} />
    </StoreProvider>,
  )
  await act(async () => {
    set((before) => ({ ...before, text: `${before.text}x` }))
    set((before) => ({ ...before, text: `${before.text}y` }))
    set((before) => ({ ...before }))
  })
  expect(screen.getByLabelText<HTMLInputElement>('one').value).toBe('xy')
  expect(commits).toBe(2)
  expect(() => set({ text: 5 } as never)).toThrow(/document\.drafts: .*expected string.* at text/)
  await act(() => store.shutdown())
})
