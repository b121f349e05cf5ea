import type { PointerEvent } from 'react'

/** Tells how far the pointer has gone since this event, until it is let go. */
export function followPointer(
  { currentTarget, pointerId, clientX, clientY }: PointerEvent<HTMLElement>,
  onMove: Moved,
) {
  currentTarget.setPointerCapture(pointerId)
  currentTarget.onpointermove = (move) => onMove(move.clientX - clientX, move.clientY - clientY)
  currentTarget.onlostpointercapture = () => {
    currentTarget.onpointermove = null
  }
}

type Moved = (x: number, y: number) => void

/** Pixels that one press of an arrow goes. */
export const byKey = 24

/** Where an arrow points; undefined of any other key. */
export function arrowOf(key: string): { readonly x: number; readonly y: number } | undefined {
  return { ArrowLeft: left, ArrowRight: right, ArrowUp: up, ArrowDown: down }[key]
}

const left = { x: -1, y: 0 }
const right = { x: 1, y: 0 }
const up = { x: 0, y: -1 }
const down = { x: 0, y: 1 }
