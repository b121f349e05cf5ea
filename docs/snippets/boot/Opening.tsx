// Opening.tsx
import { useBootStatus } from 'headwater/react'

/** For `<Suspense fallback={<Opening />}>`. */
export function Opening() {
  const boot = useBootStatus()
  if (boot && 'total' in boot) return <progress value={boot.done} max={boot.total} />
  return <p>Opening…</p>
}
