-- Changes one cell where it fits: 1 if it did, 0 if somebody else has added more than there is room for.
-- KEYS[1] the cell; ARGV: room for others (-1 is any), version read, weight, version of a new cell, epoch read,
-- bytes read, whether there is something instead of them, that, what is added, for how long to keep it (0 is for good).
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
end
return 1
