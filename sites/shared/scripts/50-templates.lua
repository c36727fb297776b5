-- Filters and tests that the theme's templates use.
local notis = require "notis"

local nbsp = "\u{a0}"

-- Spaces that must not become a line break: within "11 000" and "76 %", between a number and what it counts, and before
-- a dash.
notis.filter("keep_together", function(text)
  text = text:gsub("(%d) %f[%d]", "%1" .. nbsp):gsub(" –", nbsp .. "–")
  return (text:gsub("(%d) ([%%%a\xc3])", "%1" .. nbsp .. "%2"))
end)

-- For a text that continues a sentence: "Sida 2 av 3" after a comma.
notis.filter("lower_first", function(text)
  return text:sub(1, 1):lower() .. text:sub(2)
end)

-- {% if page.url is under("/nyheter/") %}: the page itself counts.
notis.is("under", function(url, parent)
  return url:sub(1, #parent) == parent
end)
