import { type RefObject, useLayoutEffect } from 'react'

/** When an element goes that the keyboard is in, the focus goes to the input for new todos, and not to nowhere. */
export function useFocusKept(element: RefObject<HTMLElement | null>) {
  useLayoutEffect(() => {
    const { current } = element
    return () => {
      if (current?.querySelector(':focus-visible')) document.querySelector<HTMLElement>('.new-todo')?.focus()
    }
  }, [element])
}
