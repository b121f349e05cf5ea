import { expect, test } from 'vitest'
import { brokenImports, importsOf } from './import-rules.ts'

const broken = (files: Record<string, string>) => brokenImports(new Map(Object.entries(files)))

test('a room imports rooms above it', () => {
  const files = {
    'src/event/commit.ts': 'export type Commit = 1',
    'src/sync/merge.ts': `import type { Commit } from '../event/commit.ts'`,
    'src/replica/replica.ts': `import '../sync/merge.ts'; import '../sqlite/port.ts'; import 'comlink'`,
    'src/session/store.ts': `import { run } from '../replica/replica.ts'`,
  }
  expect(broken(files)).toEqual([])
})

test('a forbidden import fails, and a forbidden type import as well', () => {
  const why = 'src/sync/merge.ts → src/session/store.ts: src/sync may import src/event'
  for (const source of [
    `import { x } from '../session/store.ts'`,
    `import type { Store } from '../session/store.ts'`,
    `import { type Store } from '../session/store.ts'`,
    `export type { Store } from '../session/store.ts'`,
    `export * from '../session/store.ts'`,
    `type Store = import('../session/store.ts').Store`,
    `type All = typeof import('../session/store.ts')`,
    `const lazy = () => import('../session/store.ts')`,
  ]) {
    expect(broken({ 'src/sync/merge.ts': source }), source).toEqual([why])
  }
})

test('session, leader and backend do not know one another; adapters put them together', () => {
  expect(broken({ 'src/session/store.ts': `import '../leader/boot.ts'` })).toHaveLength(1)
  expect(broken({ 'src/leader/boot.ts': `import '../backend/client.ts'` })).toHaveLength(1)
  expect(broken({ 'src/adapter/web.ts': `import '../leader/boot.ts'; import '../session/store.ts'` })).toEqual([])
})

test('neither a contract nor a file outside the rooms is a way around', () => {
  const query = { 'src/schema/query.ts': `import '../sqlite/port.ts'` }
  expect(broken({ ...query, 'src/sqlite/port.ts': '' })).toEqual([])
  expect(broken({ ...query, 'src/sqlite/port.ts': `import './driver.ts'` })).toEqual([
    'src/schema/query.ts → src/sqlite/port.ts → src/sqlite/driver.ts: src/schema may import src/event',
  ])
  expect(broken({ 'src/sync/merge.ts': `import '../trace.ts'`, 'src/trace.ts': `import './replica/log.ts'` })).toEqual([
    'src/sync/merge.ts → src/trace.ts → src/replica/log.ts: src/sync may import src/event',
  ])
})

test('react knows only the public entry, and no other room does', () => {
  expect(broken({ 'src/react/use-store.ts': `import type { Store } from '../index.ts'`, 'src/index.ts': '' })).toEqual(
    [],
  )
  expect(broken({ 'src/react/use-store.ts': `import type { Store } from 'headwater'` })).toEqual([])
  expect(broken({ 'src/react/use-store.ts': `import type { Store } from '../session/store.ts'` })).toHaveLength(1)
  expect(broken({ 'src/session/store.ts': `import 'headwater'` })).toHaveLength(1)
})

test('src never imports its users, and the example only the entries of the package', () => {
  expect(broken({ 'src/index.ts': `import '../server/index.ts'` })).toHaveLength(1)
  expect(broken({ 'src/backend/client.ts': `import type { X } from '../../server/index.ts'` })).toHaveLength(1)
  expect(broken({ 'src/backend/client.test.ts': `import '../../server/index.ts'` })).toHaveLength(1)
  expect(broken({ 'example-todo/main.tsx': `import 'headwater/react'; import './app.tsx'` })).toEqual([])
  expect(broken({ 'example-todo/main.tsx': `import '../src/index.ts'` })).toEqual([])
  expect(broken({ 'example-todo/main.tsx': `import '../src/session/store.ts'` })).toHaveLength(1)
})

test('the test kit sees the library and its server, and neither sees it', () => {
  const testing = { 'testing/cluster.ts': `import '../server/index.ts'; import '../src/testing/simulator/browser.ts'` }
  expect(broken(testing)).toEqual([])
  expect(broken({ 'testing/cluster.ts': `import '../example-todo/schema.ts'` })).toHaveLength(1)
  expect(broken({ 'server/turn.test.ts': `import '../testing/cluster.ts'` })).toHaveLength(1)
  expect(broken({ 'src/index.ts': `import '../testing/index.ts'` })).toHaveLength(1)
  expect(broken({ 'example-todo/schema.test.ts': `import 'headwater/testing'` })).toEqual([])
  expect(broken({ 'example-todo/schema.test.ts': `import '../testing/cluster.ts'` })).toHaveLength(1)
})

test('tests see the whole library, nobody sees a test, only tests see src/testing', () => {
  expect(broken({ 'src/sync/merge.test.ts': `import '../session/store.ts'; import '../testing/net.ts'` })).toEqual([])
  expect(broken({ 'src/sync/merge.ts': `import './merge.test.ts'` })).toHaveLength(1)
  expect(broken({ 'src/sync/merge.ts': `import '../testing/net.ts'` })).toHaveLength(1)
})

test('rings are found, also by types, and a new room must be given its place', () => {
  const ring = { 'src/sync/a.ts': `import type { B } from './b.ts'`, 'src/sync/b.ts': `import './a.ts'` }
  expect(broken(ring)).toEqual(['src/sync/a.ts → src/sync/b.ts → src/sync/a.ts: a ring'])
  expect(broken({ 'src/utils/x.ts': '' })).toHaveLength(1)
})

test('an address is not an import', () => {
  expect(importsOf('src/session/tab.ts', `new SharedWorker(new URL('../leader/broker.ts', import.meta.url))`)).toEqual(
    [],
  )
})
