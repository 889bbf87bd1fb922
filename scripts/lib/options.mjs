// Command-line options of the scripts: `--name value` for numbers and texts, `--name` alone for switches.

/**
 * Reads options by their defaults, whose type says how to read them. Ends the process (code 2) on anything unknown.
 * @param {Record<string, number | string | boolean>} defaults
 */
export function readOptions(defaults, args = process.argv.slice(2)) {
  const options = { ...defaults };
  for (let i = 0; i < args.length; i++) {
    const [name, inline] = args[i].replace(/^--/, '').split('=', 2);
    if (!args[i].startsWith('--') || !(name in defaults)) refuse(`Unknown option ${args[i]}.`, defaults);
    if (typeof defaults[name] === 'boolean') {
      options[name] = true;
      continue;
    }
    const text = inline ?? args[++i];
    if (text === undefined || text === '') refuse(`--${name} needs a value.`, defaults);
    options[name] = typeof defaults[name] === 'number' ? readNumber(name, text, defaults) : text;
  }
  return options;
}

function readNumber(name, text, defaults) {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0 || value > 65535) {
    refuse(`--${name} must be an integer in [0, 65535], got ${text}.`, defaults);
  }
  return value;
}

function refuse(message, defaults) {
  const known = Object.keys(defaults).map((name) => `--${name}`);
  console.error(`${message} Known options: ${known.join(', ')}.`);
  process.exit(2);
}
