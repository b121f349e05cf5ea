import type { Page } from '@playwright/test'
import { expect, test } from './test.ts'

const done = (page: Page) => page.evaluate((): string[] => JSON.parse(localStorage.getItem('done') ?? '[]'))

test('an effect runs once for a confirmed event, in one tab at a time: after a reload it goes on, and in another tab when its own closes', async ({
  context,
  storeId,
  backendUrl,
}) => {
  const open = async (tab: string) => {
    const page = await context.newPage()
    await page.goto(
      `/e2e/fixtures/effects/index.html?${new URLSearchParams({ store: storeId, backend: backendUrl, tab })}`,
    )
    await page.getByLabel('text').waitFor()
    return page
  }
  const create = async (page: Page, ...texts: string[]) => {
    for (const text of texts) {
      await page.getByLabel('text').fill(text)
      await page.getByLabel('text').press('Enter')
    }
  }
  const ann = await open('ann')
  await create(ann, 'a')
  await expect.poll(() => done(ann)).toEqual(['a by ann'])
  const ben = await open('ben')
  await create(ben, 'b', 'c')
  await expect.poll(() => done(ben)).toEqual(['a by ann', 'b by ann', 'c by ann'])

  // Its tab goes in the midst of some: who goes on begins with the first that was not finished.
  await create(ben, 'd', 'e', 'f', 'g')
  await ann.close()
  const texts = async (page: Page) => (await done(page)).map((line) => line.split(' ')[0])
  await expect.poll(() => texts(ben)).toEqual(['a', 'b', 'c', 'd', 'e', 'f', 'g'])
  await create(ben, 'h')
  await expect.poll(async () => (await done(ben)).at(-1)).toBe('h by ben')

  await ben.reload()
  await create(ben, 'i')
  await expect.poll(() => texts(ben)).toEqual(['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i'])
})
