import type { Commit, SyncOptions } from 'headwater'

type Upstream = SyncOptions['backend']
type Downstream = Parameters<Upstream>[0]

export type Steering = { readonly type: 'offline' } | { readonly type: 'commit'; readonly args: object }

export const channelName = 'headwater-steered'

/** A backend within the leader that a page steers: it takes what is pushed, until it is to take nothing any more. */
export function steeredBackend(): Upstream {
  return (leader) => {
    let takes = true
    let scheduled = false

    const push = () => {
      scheduled = false
      if (takes) confirm(leader, [...leader.unpushed()])
    }
    const wake = () => {
      if (scheduled) return
      scheduled = true
      setTimeout(push)
    }

    const channel = new BroadcastChannel(channelName)
    channel.onmessage = ({ data }: MessageEvent<Steering>) => {
      switch (data.type) {
        case 'offline':
          takes = false
          break
        case 'commit':
          confirm(leader, [commitOfAnother(data.args)])
      }
      channel.postMessage('done')
    }
    leader.connection({ name: 'online', attempt: 0 })
    wake()
    return { wake, setOnline: () => undefined, close: () => channel.close() }
  }
}

function confirm(leader: Downstream, commits: readonly Commit[]) {
  if (commits.length === 0) return
  const count = commits.reduce((sum, { events }) => sum + events.length, 0)
  const seq = leader.cursor().seq + count
  const { commitId } = commits.at(-1)!
  leader.pull({ backendId: 'steered', confirmed: commits, settled: [], cursor: { seq, commitId } })
  leader.backendHead(seq)
}

function commitOfAnother(args: object): Commit {
  return {
    commitId: 'of-another-client',
    clientId: 'other',
    sessionId: 'other',
    at: 0,
    generation: 0,
    events: [{ name: 'v1.TodoCreated', args: args as Commit['events'][number]['args'], synced: true }],
  }
}
