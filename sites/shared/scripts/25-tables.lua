-- A table wider than the screen scrolls by itself instead of the page, also with the keyboard.
local notis = require "notis"

notis.on("document", function(doc)
  local count = 0
  for found in doc.body:each("table") do
    count = count + 1
    local region = notis.node("div", {
      class = "table",
      attrs = { role = "region", ["aria-label"] = "Tabell " .. count, tabindex = "0" },
    })
    found:insert_before(region)
    region:append(found)
  end
end)
