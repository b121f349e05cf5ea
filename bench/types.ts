// What the types of an app cost the compiler.
import { measureTypeCost } from '../scripts/type-cost.ts'
import { median, type Result } from './result.ts'

export default async function types(): Promise<Result[]> {
  return measureTypeCost().map(({ id, instantiations, budget }) =>
    median(id, 'instantiations', [instantiations], budget),
  )
}
