// node replay_duckdb.mjs FOLDER CSV SQL ROUNDS: the query on one thread, by the @duckdb/node-api of FOLDER/node_modules. Prints
// {"seconds": [...], "rows": [[grant, count], ...]}; the table is made before the clock starts. Called by bench/replay.
import { createRequire } from 'node:module'
import { join } from 'node:path'

const [folder, csv, sql, rounds] = process.argv.slice(2)
const { DuckDBInstance } = createRequire(join(folder, 'package.json'))('@duckdb/node-api')
const connection = await (await DuckDBInstance.create(':memory:', { threads: '1' })).connect()
await connection.run(`create table past as select * from read_csv('${csv}')`)
const seconds = []
let rows = []
for (let round = 0; round < Number(rounds); round++) {
  const start = process.hrtime.bigint()
  rows = (await connection.runAndReadAll(sql)).getRows()
  seconds.push(Number(process.hrtime.bigint() - start) / 1e9)
}
console.log(JSON.stringify({ seconds, rows: rows.map(row => row.map(Number)) }))
