import { expect, test } from './test.ts'

test('an app without a worker file has the one of the Vite plugin', async ({ page, storeId }) => {
  await page.goto(`/e2e/fixtures/no-worker-file/index.html?${storeId}`)
  await expect(page.locator('body')).toHaveText('opfs:')
  await page.reload()
  await expect(page.locator('body')).toHaveText('opfs: todo 0')
  expect(page.workers()).toHaveLength(1) // that which was started before the page's modules ran
})
