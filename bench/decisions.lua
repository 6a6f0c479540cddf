-- wrk script: POST /v1/decisions from a file of bodies (bench/gen.py shop requests), each with a key of its own.
--   wrk -s bench/decisions.lua URL -- BODIES TOKEN [BATCH]
-- BATCH > 1: so many requests in one array. At the end a line of JSON: requests, errors, seconds, p50 and p99.
local SERIAL = 10 -- digits of a number
local FIRST = 10 ^ (SERIAL - 1)
local bodies, before, after, token, batch, serial, thread_id = {}, {}, {}, "", 1, 0, 0
local threads = {}

function setup(thread)
  thread:set("id", #threads)
  table.insert(threads, thread)
end

-- All that does not differ from request to request is put together once: what wrk spends on a request is taken from the two cores
-- that the server has, too.
function init(args)
  token = args[2]
  batch = tonumber(args[3] or "1")
  thread_id = wrk.thread and wrk.thread:get("id") or id or 0
  serial = 0
  wrk.headers["Authorization"] = "Bearer " .. token
  wrk.headers["Content-Type"] = "application/json"
  run = string.format("%x%x-%d-", os.time(), math.floor((os.clock() * 1e6) % 1e6), thread_id)
  local place = string.rep("#", #run + SERIAL)
  wrk.headers["Idempotency-Key"] = place
  for line in io.lines(args[1]) do
    bodies[#bodies + 1] = line
    if batch == 1 then
      local whole = wrk.format("POST", "/v1/decisions", nil, line)
      local from = whole:find(place, 1, true)
      before[#bodies] = whole:sub(1, from - 1) .. run
      after[#bodies] = whole:sub(from + #place)
    end
  end
  at = (thread_id * 7919) % #bodies
end

local function next_number()
  serial = serial + 1
  at = at % #bodies + 1
  return FIRST + serial
end

local function array()
  local key = run .. next_number()
  local items = {}
  for i = 1, batch do
    at = at % #bodies + 1
    items[i] = string.format('{"key":"%s-%d","request":%s}', key, i, bodies[at])
  end
  wrk.headers["Idempotency-Key"] = key
  return wrk.format("POST", "/v1/decisions", nil, "[" .. table.concat(items, ",") .. "]")
end

function request()
  if batch ~= 1 then
    return array()
  end
  local number = next_number()
  return before[at] .. number .. after[at]
end

function done(summary, latency)
  io.write(string.format('{"requests":%d,"seconds":%.3f,"p50_ms":%.3f,"p99_ms":%.3f,"max_ms":%.1f,"not_2xx":%d,"socket_errors":%d}\n',
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1000, latency:percentile(99) / 1000, latency.max / 1000,
    summary.errors.status, summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout))
end
