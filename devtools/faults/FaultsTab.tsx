import { type ReactNode, useState } from 'react'
import { useStore } from 'zustand'
import type { StoreApi } from 'zustand/vanilla'
import { type Model, nameOf } from '../model.ts'
import type { Source } from '../source.ts'
import { useFaults } from './use-faults.ts'

/** Breaks things on purpose, in the leader and in tabs. */
export function FaultsTab({ source, model: modelStore }: { source: Source; model: StoreApi<Model> }) {
  const model = useStore(modelStore)
  const { state, error, set } = useFaults(source)
  const [said, say] = useState('')
  if (source.kind === 'recording') return <p className="empty">Nothing can be broken in a recording.</p>
  const isOnline = model.status?.connection.name !== 'offline'
  const tell = (doing: Promise<unknown>, done: string) =>
    doing.then(
      () => say(done),
      (failure: Error) => say(failure.message),
    )
  return (
    <div className="faults">
      <div className="tools">
        <span role="status">
          {error ? error.message : said || 'What is broken here ends by itself after two minutes.'}
        </span>
      </div>
      <ul>
        <Fault name="Offline" words="The app knows: it is as if the user had said so. In all tabs of this client.">
          <Switch
            name="Offline"
            isOn={!isOnline}
            onSwitch={(isOff) => tell(source.tab({ type: 'set online', online: !isOff }), isOff ? 'offline' : 'online')}
          />
        </Fault>
        {state && (
          <>
            <Fault name="Partition" words="Nothing comes through, and the app does not know.">
              <Switch name="Partition" isOn={state.partition} onSwitch={(partition) => set({ partition })} />
            </Fault>
            <Fault name="Latency" words="Every message between the leader and the backend comes later.">
              <Amount
                name="Latency"
                value={state.latency}
                values={[0, 100, 500, 2_000, 10_000]}
                unit="ms"
                onSet={(latency) => set({ latency })}
              />
            </Fault>
            <Fault name="Loss" words="Packets are sent again, as TCP does: late, with what is behind them.">
              <Amount name="Loss" value={state.loss} values={[0, 5, 20, 50]} unit="%" onSet={(loss) => set({ loss })} />
            </Fault>
            <Fault name="Slow backend" words="The answers to pushes come later.">
              <Amount
                name="Slow backend"
                value={state.slowBackend}
                values={[0, 500, 2_000, 10_000]}
                unit="ms"
                onSet={(slowBackend) => set({ slowBackend })}
              />
            </Fault>
            <Fault
              name="Duplicate"
              words="The connection is cut before the next push is answered, which is then pushed twice."
            >
              <Switch name="Duplicate" isOn={state.duplicate} onSwitch={(duplicate) => set({ duplicate })} />
            </Fault>
            <Fault
              name="Reject the next commit"
              words="As if the backend had refused it: it is rolled back, and parked."
            >
              <Switch
                name="Reject the next commit"
                isOn={state.reject > 0}
                onSwitch={(isOn) => set({ reject: isOn ? 1 : 0 })}
              />
            </Fault>
            <Fault
              name="Fill the disk"
              words="The log cannot be written. Room is looked for again within 30 s after it ends."
            >
              <Switch name="Fill the disk" isOn={state.fullDisk} onSwitch={(fullDisk) => set({ fullDisk })} />
            </Fault>
            <Fault
              name="Kill the leader"
              words={
                state.isKillable
                  ? 'Its worker ends as by a crash, and another leads. What was broken in it is whole again.'
                  : 'This leader is in a page, not in a worker: close its tab.'
              }
            >
              <button
                type="button"
                className="small"
                disabled={!state.isKillable}
                onClick={() => tell(source.ask({ type: 'kill' }), 'the leader is killed')}
              >
                Kill
              </button>
            </Fault>
          </>
        )}
        <Fault name="Freeze a tab" words="Nothing in it runs for five seconds; nobody can end that sooner.">
          {model.tabs.map(({ sessionId, label }) => (
            <button
              key={sessionId}
              type="button"
              className="small"
              title={label}
              onClick={() => tell(source.tab({ type: 'freeze', sessionId, ms: 5_000 }), 'frozen for 5 s')}
            >
              {nameOf(model, sessionId)}
            </button>
          ))}
        </Fault>
      </ul>
    </div>
  )
}

function Fault({ name, words, children }: { name: string; words: string; children: ReactNode }) {
  return (
    <li className="fault">
      <div>
        <strong>{name}</strong>
        <p className="note">{words}</p>
      </div>
      <div className="fault-tools">{children}</div>
    </li>
  )
}

function Switch({ name, isOn, onSwitch }: { name: string; isOn: boolean; onSwitch: (isOn: boolean) => void }) {
  return (
    <button
      type="button"
      role="switch"
      className="small"
      aria-label={name}
      aria-checked={isOn}
      onClick={() => onSwitch(!isOn)}
    >
      {isOn ? '● on' : '○ off'}
    </button>
  )
}

type AmountProps = {
  readonly name: string
  readonly value: number
  readonly values: readonly number[]
  readonly unit: string
  readonly onSet: (value: number) => void
}

function Amount({ name, value, values, unit, onSet }: AmountProps) {
  return (
    <select aria-label={name} value={value} onChange={({ target }) => onSet(Number(target.value))}>
      {values.map((each) => (
        <option key={each} value={each}>
          {each === 0 ? 'none' : `${each.toLocaleString('en')} ${unit}`}
        </option>
      ))}
    </select>
  )
}
