// Decides the words about options that several commands share.

import { Option } from 'commander'

export const NAMES = 'names, globs, tag:winback, kind:audience, schedule:hourly; all without'

export const waitOption = (): Option =>
  new Option('--wait <duration>', 'wait so long for another run to end, such as 10m')
