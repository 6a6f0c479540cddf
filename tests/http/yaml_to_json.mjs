// Writes a YAML file as JSON to standard output: node yaml_to_json.mjs FILE
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

process.stdout.write(JSON.stringify(parse(readFileSync(process.argv[2], 'utf8'))));
