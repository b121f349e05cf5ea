import { stripTypeScriptTypes } from 'node:module'
import { expect, test } from 'vitest'
import { asTest } from '../devtools/evidence/as-test.ts'
import { events, schema } from '../example-todo/schema.ts'
import { encodeEvent } from '../src/schema/schema.ts'
import { createTestCluster } from '../testing/index.ts'

const logged = (
  commitId: string,
  clientId: string,
  generation: number,
  ...inputs: Parameters<typeof encodeEvent>[1][]
) => ({
  commit: {
    commitId,
    clientId,
    sessionId: 's',
    at: 0,
    generation,
    events: inputs.map((input) => encodeEvent(schema, input)),
  },
})

const log = [
  logged('1', 'AAAAAA', 0, events.todoCreated({ id: 'milk', text: "Ann's milk" })),
  logged('2', 'BBBBBB', 0, events.todoTextChanged({ id: 'milk', text: 'Oat milk' })),
  logged(
    '3',
    'AAAAAA',
    1,
    events.todoDeleted({ id: 'milk', deletedAt: new Date(7) }),
    events.draftChanged({ text: '' }),
  ),
]

test('what a panel copies as a test is one: it runs on the test kit and converges', async () => {
  const text = asTest({ log, before: 4, at: 0 })
  expect(text).toContain('await createTestCluster({ schema, clients: 2 })')
  expect(text).toContain('4 earlier commits are left out')
  expect(text.indexOf('clients[0]!.offline()')).toBeLessThan(text.indexOf("'Oat milk'"))
  const code = stripTypeScriptTypes(text.replaceAll(/^import .*$/gm, ''))
  const tests: (() => Promise<void>)[] = []
  new Function('createTestCluster', 'schema', 'test', code)(
    createTestCluster,
    schema,
    (_: string, run: () => Promise<void>) => tests.push(run),
  )
  expect(tests).toHaveLength(1)
  await tests[0]!()
})
