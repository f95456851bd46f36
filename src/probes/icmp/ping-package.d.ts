// The parts of the npm package `ping` that its own types leave out.

declare module 'ping/lib/builder/factory.js' {
  const factory: {
    getExecutablePath(platform: string, v6: boolean): string
    createBuilder(platform: string): {
      getCommandArguments(target: string, config: import('ping').PingConfig): string[]
      getSpawnOptions(): { readonly env?: Readonly<Record<string, string | undefined>> }
    }
  }
  export = factory
}

declare module 'ping/lib/parser/factory.js' {
  const factory: {
    createParser(
      target: string,
      platform: string,
      config: import('ping').PingConfig,
    ): {
      /** Throws where the output is not what it knows. */
      eat(line: string): void
      getResult(): {
        readonly alive: boolean
        /** Milliseconds of each reply; NaN or `unknown` where it could read none. */
        readonly times: readonly (number | string)[]
      }
    }
  }
  export = factory
}
