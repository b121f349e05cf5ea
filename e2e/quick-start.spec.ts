import { expect, test } from '@playwright/test'

test('the quick start of the README works', async ({ page }) => {
  await page.goto('/e2e/fixtures/quick-start/index.html')
  await page.getByRole('button', { name: 'Buy milk' }).click()
  await page.getByRole('button', { name: 'Buy milk' }).click()
  const todos = page.getByRole('checkbox', { name: 'Buy milk' })
  await expect(todos).toHaveCount(2)
  await todos.first().click()
  await expect(todos).toHaveCount(1)
  await expect(page.getByRole('status')).toHaveText('session e3 · leader e3 · backend e0')

  await page.reload()
  await expect(todos).toHaveCount(1)
})
