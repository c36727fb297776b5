-- What was wrong in a text and has been put right stands in a box before it, here and in feeds.
local notis = require "notis"
local words = require "words"

notis.on("document", function(doc)
  if not doc.corrections then return end
  local word = words.of(doc.lang).correction
  local box = notis.node("section", { class = "correction", attrs = { ["aria-label"] = word } })
  for _, correction in ipairs(doc.corrections) do
    local text = correction.text:clone()
    local first = text:first("paragraph")
    if first then
      first:prepend(" ")
      first:prepend(notis.node("strong", { word .. " " .. notis.format.date(correction.date, "long") .. ":" }))
    end
    for block in text:children() do box:append(block) end
  end
  doc.body:prepend(box)
end)
