-- Changes one cell where it fits: 1 if it did, 0 if somebody else has added more than there is room for, 2 if the same change
-- was made before.
-- KEYS[1] the cell, KEYS[2] the marks beside it; ARGV: room for others (-1 is any), version read, weight, version of a new
-- cell, epoch read, bytes read, whether there is something instead of them, that, what is added, for how long to keep it (0
-- is for good), its mark ('' is none), whether it takes that back, for how many seconds a mark stays.
local mark, back = ARGV[11], ARGV[12] == '1'
local now = mark ~= '' and tonumber(redis.call('TIME')[1])
if mark ~= '' and not back and redis.call('ZSCORE', KEYS[2], mark) then
  -- Whoever made it must not take it back any more: from now on somebody else relies on it.
  redis.call('ZADD', KEYS[2], now, 'of ' .. mark)
  return 2
end
if back and redis.call('ZSCORE', KEYS[2], 'of ' .. mark) then
  return 1
end
local found = redis.call('HMGET', KEYS[1], 'v', 'e', 'b')
local version = tonumber(found[1] or '0')
if version == 0 and redis.call('EXISTS', KEYS[1]) == 1 then
  return redis.error_reply('CATERFOREIGN the key holds something else')
end
local room, read = tonumber(ARGV[1]), tonumber(ARGV[2])
if room >= 0 and (version < read or version > read + room) then
  return 0
end
if version == 0 then
  version = tonumber(ARGV[4])
end
local epoch, body = tonumber(found[2] or '0'), found[3] or ''
if ARGV[7] == '1' and epoch == tonumber(ARGV[5]) then
  body = ARGV[8] .. string.sub(body, tonumber(ARGV[6]) + 1)
  epoch = epoch + 1
end
redis.call('HSET', KEYS[1], 'v', string.format('%.0f', version + tonumber(ARGV[3])), 'e', epoch, 'b', body .. ARGV[9])
if ARGV[10] ~= '0' then
  redis.call('PEXPIRE', KEYS[1], ARGV[10])
else
  redis.call('PERSIST', KEYS[1])
end
if mark ~= '' then
  if back then
    redis.call('ZREM', KEYS[2], mark)
  else
    local stays = tonumber(ARGV[13])
    redis.call('ZADD', KEYS[2], now, mark)
    redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', '(' .. (now - stays))
    redis.call('EXPIRE', KEYS[2], stays)
  end
end
return 1
