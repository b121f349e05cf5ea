import { expect, test } from 'vitest'
import { brokenRules, citationsOf } from './rule-citations.ts'

const spec = `
- **M1** Where nothing is reordered, the result is an advance.
- **M2** Otherwise it is a rebase, as in M1.
`
const broken = (files: Record<string, string>) => brokenRules(spec, new Map(Object.entries(files)))

test('each rule needs a title that cites it', () => {
  expect(broken({ 'a.test.ts': `test('M1 M2 agrees with a slow reference', () => {})` })).toEqual([])
  expect(broken({ 'a.test.ts': `test('M1 is kept', () => {})` })).toEqual(['M2 has no test that cites it'])
  expect(broken({})).toHaveLength(2)
})

test('a title that cites what is no rule is told', () => {
  const files = { 'a.test.ts': `describe('M1', () => { test('M2 x', f) })\ntest('M3 y', f)\ntest('M1 z', f)` }
  expect(broken(files)).toEqual(['a.test.ts cites M3, which is no rule'])
})

test('a number is given once', () => {
  expect(brokenRules(`${spec}- **M1** Another.\n`, new Map([['a.test.ts', `test('M1 M2 x', f)`]]))).toEqual([
    'M1 stands for two rules',
  ])
})

test('titles are found in every way to write a test, at their beginning', () => {
  const source = `
    test.each([['M9 not this']])('M1 %s', f)
    describe.skipIf(x)(\`M2 M3 \${x}\`, () => { it('M4 deep', { timeout: 1 }, f) })
    test('says M5 in the middle', f)
    expect('M6 x').toBe('M7')
    // test('M8 said in a comment', f)
  `
  expect(citationsOf('a.test.ts', source).sort()).toEqual(['M1', 'M2', 'M3', 'M4'])
})

test('an invariant cites by the number alone', () => {
  expect(
    citationsOf('explorer/rules.ts', `check(holds, 'M4', () => 'the M5 log'); throw new Broken("B1", 'M6 x')`),
  ).toEqual(['M4', 'B1'])
})
