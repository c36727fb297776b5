-- Spaces that must not become a line break: within "11 000" and "76 %", between a number and what it counts, and before
-- a dash.
local nbsp = "\u{a0}"

return {
  keep_together = function(text)
    text = text:gsub("(%d) %f[%d]", "%1" .. nbsp):gsub(" –", nbsp .. "–")
    return (text:gsub("(%d) ([%%%a\xc3])", "%1" .. nbsp .. "%2"))
  end,
}
