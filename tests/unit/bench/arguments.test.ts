import { describe, expect, it } from 'vitest';
import { helpOf, readArguments } from '../../../bench/arguments.ts';
import { UsageError, type Command } from '../../../bench/command.ts';

const command: Command = {
  name: 'sample',
  summary: 'for this test',
  options: [
    { name: 'trace', type: 'string', required: true, help: 'file to read' },
    { name: 'capacity', type: 'list', default: ['100'], help: 'entries' },
    { name: 'seed', type: 'number', default: 1, help: 'any number' },
    { name: 'label', type: 'string', help: 'free text' },
    { name: 'loud', type: 'flag', help: 'say more' },
  ],
  run: () => Promise.resolve(null),
};

describe('options', () => {
  it('take their defaults, and null, an empty list or false without one', () => {
    expect(readArguments(command, ['--trace', 'a.gz'])).toEqual({
      trace: 'a.gz',
      capacity: ['100'],
      seed: 1,
      label: null,
      loud: false,
    });
  });

  it('are read in either form; lists by comma and by repetition', () => {
    const args = ['--trace=a=b', '--capacity', '1, 2', '--capacity=3', '--seed', '-7', '--loud'];
    expect(readArguments(command, args)).toMatchObject({
      trace: 'a=b',
      capacity: ['1', '2', '3'],
      seed: -7,
      loud: true,
    });
  });

  it.each([
    [['--trace', 'a', '--sede', '1'], 'sample has no option --sede. It has --trace, --capacity'],
    [['--trace', 'a', 'b'], 'sample has no option b'],
    [[], 'sample needs --trace: file to read'],
    [['--trace'], '--trace needs a value'],
    [['--trace', 'a', '--seed', 'x'], '--seed must be a number, got x'],
    [['--trace', 'a', '--loud=1'], '--loud takes no value'],
  ])('%j is refused', (args, message) => {
    expect(() => readArguments(command, args)).toThrow(UsageError);
    expect(() => readArguments(command, args)).toThrow(message);
  });

  it('are told with their defaults', () => {
    expect(helpOf(command)).toMatch(/--trace <string> +file to read \(required\)/);
    expect(helpOf(command)).toMatch(/--seed <number> +any number \(default: 1\)/);
  });
});
