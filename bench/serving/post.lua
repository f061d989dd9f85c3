-- wrk -s post.lua URL -- FILE KEY: posts the lines of FILE one after another; prints one line of JSON.
local bodies, at = {}, 0
function init(args)
  wrk.method = "POST"
  wrk.headers["Content-Type"] = "application/json"
  wrk.headers["Authorization"] = "Bearer " .. args[2]
  for line in io.lines(args[1]) do bodies[#bodies + 1] = wrk.format(nil, nil, nil, line) end
end
function request()
  at = at % #bodies + 1
  return bodies[at]
end
function done(summary, latency)
  local errors = summary.errors
  io.write(string.format('JSON {"requests":%d,"us":%d,"p50":%f,"p99":%f,"failed":%d}\n', summary.requests,
    summary.duration, latency:percentile(50) / 1000, latency:percentile(99) / 1000,
    errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
