/** What becomes of a life at each event, in every state: the compiler lets none be left out. */
export type LifeTable<Life extends { readonly name: string }, Event extends { readonly type: string }> = {
  readonly [Name in Life['name']]: {
    readonly [Type in Event['type']]: (life: Extract<Life, { readonly name: Name }>, event: OfType<Event, Type>) => Life
  }
}

export type OfType<Event, Type> = Extract<Event, { readonly type: Type }>

/** The life after `event`; the same object where nothing changes. */
export function follow<Life extends { readonly name: string }, Event extends { readonly type: string }>(
  table: LifeTable<Life, Event>,
  life: Life,
  event: Event,
): Life {
  const decide = table[life.name as Life['name']][event.type as Event['type']] as (life: Life, event: Event) => Life
  return decide(life, event)
}
