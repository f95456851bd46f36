import { type Command, Option } from 'commander'

/** What `doctor` takes. */
export interface DoctorFlags {
  readonly output: 'text' | 'json'
}

/** Adds the flags of `DoctorFlags`. */
export const doctorFlags = (command: Command): Command =>
  command.addOption(
    new Option('-o, --output <FORMAT>', 'for people or for programs')
      .choices(['text', 'json'])
      .default('text'),
  )
