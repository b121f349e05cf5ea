import { type KeyboardEvent, useEffect, useRef, useState } from 'react'

type EditTodoProps = {
  readonly text: string
  /** Called once: with the input as it is, or with undefined where the edit was given up. */
  readonly onFinish: (input: string | undefined, options: { refocus: boolean }) => void
}

export function EditTodo({ text, onFinish }: EditTodoProps) {
  const input = useRef<HTMLInputElement>(null)
  const finished = useRef(false)
  const [value, setValue] = useState(text)

  useEffect(() => {
    input.current?.focus()
    input.current?.setSelectionRange(-1, -1)
  }, [])

  /** A field that is taken away while it has the focus blurs: that is no second end. */
  const finish = (result: string | undefined, refocus: boolean) => {
    if (finished.current) return
    finished.current = true
    onFinish(result, { refocus })
  }

  const onKeyDown = (event: KeyboardEvent) => {
    const { key, nativeEvent } = event
    if (nativeEvent.isComposing || (key !== 'Enter' && key !== 'Escape')) return
    event.preventDefault() // the button that gets the focus must not get the key too
    finish(key === 'Enter' ? value : undefined, true)
  }

  return (
    <input
      ref={input}
      className="edit"
      aria-label={`Edit ${text}`}
      value={value}
      onChange={({ target }) => setValue(target.value)}
      onKeyDown={onKeyDown}
      onBlur={() => finish(value, false)}
    />
  )
}
