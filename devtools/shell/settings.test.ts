import { expect, test } from 'vitest'
import { firstPlace } from './floating.ts'
import { parseSettings } from './settings.ts'

const first = {
  isOpen: true,
  dock: 'bottom',
  theme: 'system',
  tab: 'sync',
  height: 380,
  width: 520,
  floating: firstPlace,
}

test('what was remembered is as it was left', () => {
  const place = { left: 10, top: 20, width: 500, height: 300 }
  const left = { isOpen: false, dock: 'right', theme: 'dark', tab: 'events', height: 200, width: 700, floating: place }
  expect(parseSettings(JSON.stringify(left), true)).toEqual(left)
})

test('what nobody wrote, or another version did, is as if it were not there', () => {
  for (const json of [null, '', 'x', 'null', '7', '{"dock":"moon","height":-1,"tab":3,"floating":{"left":7}}']) {
    expect(parseSettings(json, true)).toEqual(first)
  }
})
