import { expect, test } from 'vitest'
import { commit } from '../../src/sync/testing.ts'
import { type Message, type Model, next } from '../model.ts'
import { watched } from '../testing.ts'
import { createPlayer } from './player.ts'
import { createRecorder, format, modelAt, type Recording, readRecording, toText, version } from './recording.ts'

/** What a panel heard of a conflict, and what it knew then. */
function recorded(): { readonly recording: Recording; readonly model: Model } {
  const cluster = watched([commit('A:e1')])
  const recorder = createRecorder({ here: 'A_session' }, () => 7)
  let model = recorder.taken().base
  cluster.onHear((message) => {
    recorder.hear(message)
    model = next(model, message)
  })
  const [mine, theirs] = [commit('A:mine'), commit('B:theirs')]
  cluster.session.commit(mine)
  cluster.push()
  cluster.ordered(theirs)()
  cluster.ordered(mine)()
  const log = [theirs, mine].map((logged, nth) => ({
    commit: logged,
    head: { global: nth + 1, client: 0, rebaseGeneration: 0 },
  }))
  const about = { at: 7, storeId: 'todos', here: 'A_session', fingerprint: 'f', log, before: 0 }
  return { recording: { format, version, ...about, ...recorder.taken() }, model }
}

test('a recording is read as it was written, and says all that the panel knew', () => {
  const { recording, model } = recorded()
  const read = readRecording(toText(recording))
  expect(read.type).toBe('read')
  if (read.type !== 'read') return
  expect(modelAt(read.recording, read.recording.messages.length)).toEqual(model)
  expect(model.rebases.length).toBeGreaterThan(0)
})

test('it is stepped through in both directions, with its log', async () => {
  const { recording } = recorded()
  const player = createPlayer(recording)
  const rebases = () => player.model.getState().rebases.length
  const all = rebases()
  player.go(0)
  expect(rebases()).toBe(0)
  player.go(10_000)
  expect([rebases(), player.step.getState()]).toEqual([all, recording.messages.length])
  expect(player.now()).toBe(7) // what is ago, is so from then on, whenever somebody looks
  const { source } = player
  expect(await source.ask({ type: 'commits', from: 1, count: 5 })).toMatchObject({ total: 2, commits: { length: 1 } })
  const found = await source.ask({ type: 'search', limit: 5, filter: { client: 'B' } })
  expect(found.commits.map(({ commit }) => commit.commitId)).toEqual(['B:theirs'])
  await expect(source.tab({ type: 'events' })).rejects.toThrow('cannot be asked')
})

test('what is no recording, or one of another version, or damaged, is refused with the reason', () => {
  const { recording } = recorded()
  const text = toText(recording)
  const reason = (of: string) => {
    const read = readRecording(of)
    return read.type === 'refused' ? read.reason : 'read'
  }
  expect(reason('')).toContain('no JSON')
  expect(reason(text.slice(0, 500))).toContain('only a part of one')
  expect(reason('null')).toContain('no recording')
  expect(reason('{"format":"har"}')).toContain('no recording')
  expect(reason(toText({ ...recording, version: 2 }))).toBe(
    'the recording is of a newer version of the devtools: 2, and these read 1',
  )
  expect(reason(toText({ ...recording, version: 0 }))).toContain('an older version')
  for (const damage of [
    { log: undefined },
    { log: [{}] },
    { messages: 7 },
    { messages: [{ at: 1 }] },
    { messages: [{ at: 1, message: { type: 'told', told: [{ about: 'order' }] } }] },
    { base: null },
    { base: {} },
  ]) {
    expect(reason(toText({ ...recording, ...(damage as object) }))).toContain('damaged')
  }
})

test('however long a panel was open, a recording is bounded, and knows what was before', () => {
  const recorder = createRecorder({ here: 'here' }, () => 0)
  const tab = (nth: number): Message => ({ type: 'gone', sessionId: `${nth}` })
  for (let nth = 0; nth < 10_000; nth++) recorder.hear(tab(nth))
  recorder.hear({ type: 'refused', reason: 'why' })
  const { base, messages } = recorder.taken()
  expect(messages.length).toBeLessThanOrEqual(2_500)
  expect(modelAt({ base, messages }, messages.length)).toMatchObject({ refused: 'why' })
})
