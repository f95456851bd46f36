import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.{ts,tsx}'],
    // In workers whose TypeScript Node strips itself, V8 was seen to die in its own page protection.
    execArgv: ['--no-memory-protection-keys'],
    // Cilium's times are those of the machine's zone.
    env: { TZ: 'UTC' },
    testTimeout: 20_000,
    hookTimeout: 20_000,
    reporters: ['default', './test/support/closing-line.ts'],
  },
})
