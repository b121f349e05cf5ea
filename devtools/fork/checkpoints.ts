/** The tables after the first `commits` of the log, as bytes. */
export type Checkpoint = { readonly commits: number; readonly bytes: Uint8Array }

/** The nearest that is not past `commits`. */
export function nearest(checkpoints: readonly Checkpoint[], commits: number): Checkpoint | undefined {
  return checkpoints.findLast((checkpoint) => checkpoint.commits <= commits)
}

/** With one more at the end, in at most so many bytes: where there is too much every second goes, and the last one stays. */
export function withCheckpoint(
  checkpoints: readonly Checkpoint[],
  added: Checkpoint,
  mostBytes: number,
): readonly Checkpoint[] {
  let kept: readonly Checkpoint[] = [...checkpoints, added]
  while (kept.length > 1 && bytesOf(kept) > mostBytes) {
    const { length } = kept
    kept = kept.filter((_, at) => (length - 1 - at) % 2 === 0)
  }
  return bytesOf(kept) > mostBytes ? [] : kept
}

const bytesOf = (checkpoints: readonly Checkpoint[]) => checkpoints.reduce((sum, { bytes }) => sum + bytes.length, 0)
