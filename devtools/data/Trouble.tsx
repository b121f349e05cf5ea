import type { ReactNode } from 'react'

/** What went wrong, where it did. */
export function Trouble({ children }: { children: ReactNode }) {
  return (
    <p className="trouble in-place" role="alert">
      {children}
    </p>
  )
}
