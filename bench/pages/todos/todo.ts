/** The todo with this number, the same in the page and in Node. */
export const todo = (number: number) => ({
  id: `t-${String(number).padStart(7, '0')}`,
  text: `todo ${number}`,
  completed: number % 5 === 4,
  createdAt: number,
})
