/** Flow control of one socket: how much was sent beyond what the client credited. */

export type Parcel = { readonly seq: number; readonly events: number; readonly bytes: number }
export type WindowLimits = { readonly windowEvents: number; readonly windowBytes: number }

export type Window = {
  /** Whether a parcel may go now; into an empty window every parcel may. */
  fits(parcel: Parcel): boolean
  sent(parcel: Parcel): void
  /** The client applied everything up to `seq`. Whether that made room. */
  credit(seq: number): boolean
}

export function createWindow({ windowEvents, windowBytes }: WindowLimits): Window {
  let open: Parcel[] = []
  let events = 0
  let bytes = 0

  const count = (parcels: readonly Parcel[], sign: 1 | -1) => {
    for (const parcel of parcels) {
      events += sign * parcel.events
      bytes += sign * parcel.bytes
    }
  }

  return {
    fits: (parcel) =>
      open.length === 0 || (events + parcel.events <= windowEvents && bytes + parcel.bytes <= windowBytes),
    sent(parcel) {
      open.push(parcel)
      count([parcel], 1)
    },
    credit(seq) {
      const applied = open.filter((parcel) => parcel.seq <= seq)
      open = open.filter((parcel) => parcel.seq > seq)
      count(applied, -1)
      return applied.length > 0
    },
  }
}
