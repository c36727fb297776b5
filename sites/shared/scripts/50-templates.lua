-- Filters and tests that the theme's templates use.
local notis = require "notis"
local typography = require "typography"

notis.filter("keep_together", typography.keep_together)

-- For a text that continues a sentence: "Sida 2 av 3" after a comma.
notis.filter("lower_first", function(text)
  return text:sub(1, 1):lower() .. text:sub(2)
end)

-- For a text that stands alone: the topic "ägg" as a heading.
notis.filter("upper_first", function(text)
  local first = text:match(utf8.charpattern) or ""
  local upper = { ["å"] = "Å", ["ä"] = "Ä", ["ö"] = "Ö" }
  return (upper[first] or first:upper()) .. text:sub(#first + 1)
end)
