import { useStore } from 'zustand'
import { clock } from '../sync/CommitDetail.tsx'
import type { Player } from './player.ts'

/** Where in a recording one is, over every tab. */
export function PlayerBar({ player, onClose }: { player: Player; onClose: () => void }) {
  const step = useStore(player.step)
  const { recording, go } = player
  const { messages, at, storeId } = recording
  const last = messages[Math.max(0, step - 1)]
  return (
    <fieldset className="player" aria-label="Recording">
      <span>
        <b>Recording</b> of {storeId}, {new Date(at).toISOString().slice(0, 16).replace('T', ' ')}
      </span>
      <button
        type="button"
        className="small"
        aria-label="One step back"
        disabled={step === 0}
        onClick={() => go(step - 1)}
      >
        ‹
      </button>
      <input
        type="range"
        aria-label="Step"
        min={0}
        max={messages.length}
        value={step}
        onChange={({ target }) => go(Number(target.value))}
      />
      <button
        type="button"
        className="small"
        aria-label="One step on"
        disabled={step === messages.length}
        onClick={() => go(step + 1)}
      >
        ›
      </button>
      <span className="at">
        {step} of {messages.length}
        {last && `, ${clock(last.at)}`}
      </span>
      <button type="button" className="small" onClick={onClose}>
        Back to the store
      </button>
    </fieldset>
  )
}
