/** What the shapes say: each state has a shape and a word, not only a colour. */
export function Legend() {
  return (
    <ul className="legend" aria-label="Legend">
      <Entry state="pending" word="pending" hint="only the tab that made it has it" />
      <Entry
        state="persisted"
        word="persisted"
        hint="in the log of this client; the backend may still order it otherwise"
      />
      <Entry state="confirmed" word="confirmed" hint="ordered by the backend, for good" />
      <Entry state="confirmed" isLocal word="client-only" hint="never leaves this client" />
      <li className="hint">the letter is who made it: A this client, A2 its second tab, B, C … other clients</li>
    </ul>
  )
}

function Entry({ state, word, hint, isLocal }: { state: string; word: string; hint: string; isLocal?: boolean }) {
  return (
    <li title={hint}>
      <span className="bead" data-state={state} data-local={isLocal || undefined} data-colour="0" aria-hidden="true">
        <span className="shape" />
      </span>
      {word}
    </li>
  )
}
