import type { History } from './histories.ts'

type Kept = History & {
  /** What was wrong once. */
  readonly defect: string
}

/**
 * Histories that broke a promise, shortened to the steps that mattered. They are kept as steps, for the history of a seed is
 * another one with every kind of fault that is added. `npm run sim` prints one that fails in this form. A change of the world or
 * of the library can still lead them elsewhere; so a defect has a test of its own as well, where it can be had.
 */
export const kept: readonly Kept[] = [
  {
    defect: 'a new leader, who knew less of the backend than the last one, took back what a tab had told',
    seed: 54,
    clients: [
      { latency: 5, hasSharedWorker: true },
      { latency: 18, hasSharedWorker: true },
      { latency: 15, hasSharedWorker: true },
    ],
    steps: [
      { type: 'reload', at: 1777, client: 0, tab: 5 },
      { type: 'commit', at: 4376, client: 0, tab: 0, events: [{ name: 'v1.Created', row: 1, value: 809 }] },
      { type: 'restart backend', at: 4396, ms: 260 },
      { type: 'slow backend', at: 6061, ms: 1345, delay: 21 },
      { type: 'open', at: 6128, client: 1 },
      { type: 'partition', at: 6217, client: 1, ms: 941 },
      { type: 'open', at: 6345, client: 1 },
      { type: 'crash', at: 6880, client: 1, tab: 2 },
      { type: 'open', at: 8180, client: 0 },
    ],
  },
  {
    defect:
      'a leader told that a commit was persisted which its predecessor had written and never flushed; the power failed',
    seed: 3389,
    clients: [
      { latency: 10, hasSharedWorker: true },
      { latency: 11, hasSharedWorker: true },
      { latency: 8, hasSharedWorker: true },
    ],
    steps: [
      { type: 'open', at: 29, client: 0 },
      { type: 'die at write', at: 5397, client: 0, write: 9 },
      { type: 'commit', at: 5476, client: 0, tab: 4, events: [{ name: 'v1.Removed', row: 1, value: 336 }] },
      { type: 'cut power', at: 5506, client: 0 },
    ],
  },
  {
    defect:
      'a tab that waited for its next frame heard in one step of a replacement and of its rejection, and the receipt was left open',
    seed: 6563,
    clients: [
      { latency: 13, hasSharedWorker: true },
      { latency: 6, hasSharedWorker: true },
      { latency: 19, hasSharedWorker: true },
    ],
    steps: [
      { type: 'open', at: 7, client: 2 },
      { type: 'open', at: 14, client: 1 },
      { type: 'open', at: 21, client: 1 },
      { type: 'open', at: 32, client: 0 },
      { type: 'commit', at: 1029, client: 1, tab: 3, events: [{ name: 'v1.Created', row: 6, value: 936 }] },
      { type: 'commit', at: 1091, client: 0, tab: 4, events: [{ name: 'v1.Created', row: 0, value: 869 }] },
      { type: 'hang leader', at: 1111, client: 1, ms: 8000 },
      {
        type: 'commit',
        at: 3619,
        client: 1,
        tab: 0,
        events: [
          { name: 'v1.Created', row: 5, value: 630 },
          { name: 'v1.Required', row: 6, value: 566 },
        ],
      },
      { type: 'commit', at: 4416, client: 1, tab: 5, events: [{ name: 'v1.Created', row: 2, value: 593 }] },
      { type: 'put aside', at: 4434, client: 1, tab: 0, ms: 812 },
      {
        type: 'commit',
        at: 4460,
        client: 2,
        tab: 1,
        events: [
          { name: 'v1.Created', row: 5, value: 179 },
          { name: 'v1.Drafted', row: 8, value: 404 },
          { name: 'v1.Removed', row: 6, value: 597 },
        ],
      },
    ],
  },
  {
    defect:
      'a tab that opened while the leader found its state damaged did not open, though the next attempt had made it anew',
    seed: 11,
    clients: [
      { latency: 4, hasSharedWorker: true },
      { latency: 5, hasSharedWorker: true },
      { latency: 5, hasSharedWorker: true },
    ],
    steps: [
      { type: 'open', at: 34, client: 0 },
      {
        type: 'commit',
        at: 840,
        client: 0,
        tab: 6,
        events: [
          { name: 'v1.Created', row: 11, value: 550 },
          { name: 'v1.Removed', row: 2, value: 934 },
        ],
      },
      { type: 'reload', at: 886, client: 0, tab: 4 },
      { type: 'damage state', at: 4462, client: 0, places: 859608397 },
    ],
  },
  {
    defect: 'a leader that could not be opened on a full disk went on to look for room, in files that it had closed',
    seed: 626,
    clients: [
      { latency: 19, hasSharedWorker: true },
      { latency: 1, hasSharedWorker: false },
      { latency: 6, hasSharedWorker: true },
    ],
    steps: [
      { type: 'open', at: 5691, client: 0 },
      {
        type: 'commit',
        at: 6463,
        client: 0,
        tab: 4,
        events: [
          { name: 'v1.Renamed', row: 8, value: 828 },
          { name: 'v1.Typed', row: 7, value: 569 },
        ],
      },
      { type: 'reset store', at: 6483, client: 0, tab: 4 },
      { type: 'fill disk', at: 6965, client: 0, ms: 654 },
      { type: 'damage log', at: 7168, client: 0, places: 183532779 },
      { type: 'damage log', at: 7409, client: 1, places: 3996603439 },
      { type: 'open', at: 7415, client: 0 },
      { type: 'open', at: 7424, client: 0 },
    ],
  },
]
