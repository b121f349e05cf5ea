import { useState } from 'react'
import type { Source } from '../source.ts'
import { copy, download } from '../take-out.ts'
import { asTest } from './as-test.ts'
import type { Player } from './player.ts'
import { createPlayer } from './player.ts'
import { type Recorder, readRecording, toText } from './recording.ts'
import { take } from './take.ts'

type Props = {
  readonly source: Source
  /** Of a live store. */
  readonly recorder: Recorder | undefined
  /** What is looked at, if that is a recording. */
  readonly player: Player | undefined
  readonly onPlay: (player: Player | undefined) => void
}

/** Takes home what the panel saw, and looks at what others took. */
export function EvidenceTab({ source, recorder, player, onPlay }: Props) {
  const [said, say] = useState('')
  const recording = async () => {
    if (player) return player.recording
    if (!recorder) throw new Error('nothing is recorded here')
    return take(source, recorder)
  }
  const tell = (doing: Promise<string>) => doing.then(say, (error: Error) => say(error.message))

  const open = async (file: File | undefined) => {
    if (!file) return
    const read = readRecording(await file.text())
    if (read.type === 'refused') return say(`${file.name}: ${read.reason}`)
    say('')
    onPlay(createPlayer(read.recording))
  }

  return (
    <div className="evidence">
      <section aria-labelledby="evidence-take">
        <h2 id="evidence-take">Take it home</h2>
        <p>
          What this panel heard since it was opened, the end of the log, and which schema that is of. Args of events are
          in it, as they were committed: look at them before you give it to somebody.
        </p>
        <p className="actions">
          <button
            type="button"
            className="small"
            onClick={() =>
              tell(
                recording().then((taken) =>
                  download(
                    `${taken.storeId}-${new Date(taken.at).toISOString().slice(0, 19)}.headwater.json`,
                    toText(taken),
                  ),
                ),
              )
            }
          >
            Save the recording
          </button>
          <button
            type="button"
            className="small"
            onClick={({ currentTarget }) => tell(recording().then((taken) => copy(asTest(taken), currentTarget)))}
          >
            Copy as test
          </button>
        </p>
      </section>
      <section aria-labelledby="evidence-open">
        <h2 id="evidence-open">Open one</h2>
        <p>
          It is shown in the place of the store, from its first message to its last. Nothing of the store is changed.
        </p>
        <p className="actions">
          <label className="small file">
            Open a recording
            <input
              type="file"
              accept=".json,application/json"
              onChange={({ target }) => {
                void open(target.files?.[0])
                target.value = ''
              }}
            />
          </label>
          {player && (
            <button type="button" className="small" onClick={() => onPlay(undefined)}>
              Back to the store
            </button>
          )}
        </p>
      </section>
      <p role="status" className="said">
        {said}
      </p>
    </div>
  )
}
