import { measureTypeCost } from './type-cost.ts'

for (const { what, instantiations, budget } of measureTypeCost()) {
  const isHeld = instantiations <= budget
  if (!isHeld) process.exitCode = 1
  console.log(`Types of ${what}: ${instantiations} instantiations${isHeld ? '' : ', too many'} (at most ${budget})`)
}
