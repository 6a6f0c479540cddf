-- wrk script: POST /v1/decisions from a file of bodies (bench/gen.py shop requests), each with a key of its own.
--   wrk -s bench/decisions.lua URL -- BODIES TOKEN [BATCH]
-- BATCH > 1: so many requests in one array. At the end a line of JSON: requests, errors, seconds, p50 and p99.
local bodies, token, batch, serial, thread_id = {}, "", 1, 0, 0
local threads = {}

function setup(thread)
  thread:set("id", #threads)
  table.insert(threads, thread)
end

function init(args)
  for line in io.lines(args[1]) do
    bodies[#bodies + 1] = line
  end
  token = args[2]
  batch = tonumber(args[3] or "1")
  thread_id = wrk.thread and wrk.thread:get("id") or id or 0
  serial = 0
  wrk.headers["Authorization"] = "Bearer " .. token
  wrk.headers["Content-Type"] = "application/json"
  run = string.format("%x%x", os.time(), math.floor((os.clock() * 1e6) % 1e6))
  at = (thread_id * 7919) % #bodies
  statuses = {}
end

local function next_body()
  at = at % #bodies + 1
  return bodies[at]
end

function request()
  serial = serial + 1
  local key = string.format("%s-%d-%d", run, thread_id, serial)
  if batch == 1 then
    wrk.headers["Idempotency-Key"] = key
    return wrk.format("POST", "/v1/decisions", nil, next_body())
  end
  local items = {}
  for i = 1, batch do
    items[i] = string.format('{"key":"%s-%d","request":%s}', key, i, next_body())
  end
  return wrk.format("POST", "/v1/decisions", nil, "[" .. table.concat(items, ",") .. "]")
end

function done(summary, latency)
  io.write(string.format('{"requests":%d,"seconds":%.3f,"p50_ms":%.3f,"p99_ms":%.3f,"max_ms":%.1f,"not_2xx":%d,"socket_errors":%d}\n',
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1000, latency:percentile(99) / 1000, latency.max / 1000,
    summary.errors.status, summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout))
end
