/** What a panel saw, as a file: to be taken to another machine, and looked at there. Pure. */
import type { LoggedCommit } from '../../src/replica/inspection.ts'
import { emptyModel, type Here, type Message, type Model, next } from '../model.ts'

export const format = 'headwater-recording'
/** Another one whenever a reader of this one would misunderstand it. */
export const version = 1

export type Recording = {
  readonly format: typeof format
  readonly version: number
  /** When it was made, milliseconds since 1970. */
  readonly at: number
  readonly storeId: string
  /** The session whose panel it was. */
  readonly here: string
  /** Of the schema: another build reads the log with other eyes. */
  readonly fingerprint: string
  /** What the panel knew before the first message. */
  readonly base: Model
  readonly messages: readonly Recorded[]
  /** The end of the log, in its order, and how many commits stand before it. */
  readonly log: readonly LoggedCommit[]
  readonly before: number
}

export type Recorded = { readonly at: number; readonly message: Message }

/** So many messages are kept; older ones are only known by what they led to. */
const most = 2_000
const atOnce = 500

/** Keeps what a panel is told. */
export function createRecorder(here: Here, now: () => number) {
  let base = emptyModel(here)
  let messages: Recorded[] = []
  return {
    hear(message: Message) {
      messages.push({ at: now(), message })
      if (messages.length < most + atOnce) return
      base = messages.slice(0, atOnce).reduce((model, recorded) => next(model, recorded.message), base)
      messages = messages.slice(atOnce)
    },
    taken: () => ({ base, messages: messages.slice() }),
  }
}

export type Recorder = ReturnType<typeof createRecorder>

const mapKey = '$map'

export function toText(recording: Recording): string {
  return JSON.stringify(recording, (_, value) => (value instanceof Map ? { [mapKey]: [...value] } : value))
}

export type ReadRecording =
  | { readonly type: 'read'; readonly recording: Recording }
  | { readonly type: 'refused'; readonly reason: string }

/** Reads a file that may be anything. What can be read can be looked at, from its first message to its last. */
export function readRecording(text: string): ReadRecording {
  const refused = (reason: string): ReadRecording => ({ type: 'refused', reason })
  let found: Partial<Recording> | null
  try {
    found = JSON.parse(text, (_, value) => (value?.[mapKey] ? new Map(value[mapKey]) : value))
  } catch (error) {
    return refused(`the file is no JSON, or only a part of one: ${(error as Error).message}`)
  }
  if (found?.format !== format) return refused('the file is no recording of the Headwater devtools')
  if (found.version !== version) {
    const whose = (found.version ?? 0) > version ? 'a newer' : 'an older'
    return refused(`the recording is of ${whose} version of the devtools: ${found.version}, and these read ${version}`)
  }
  try {
    const recording = found as Recording
    for (const { commit } of recording.log) for (const { name } of commit.events) name.slice(0)
    modelAt(recording, recording.messages.length)
    return { type: 'read', recording }
  } catch (error) {
    return refused(`the recording is damaged: ${(error as Error).message}`)
  }
}

/** What the panel knew after so many messages. */
export function modelAt({ base, messages }: Pick<Recording, 'base' | 'messages'>, step: number): Model {
  return messages.slice(0, step).reduce((model, { message }) => next(model, message), base)
}
