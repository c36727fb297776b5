-- Swedish and Finnish put a space in numbers and before units; it must not become a line break.
local notis = require "notis"
local typography = require "typography"

notis.on("document", function(doc)
  if doc.lang == "en" then return end
  for node in doc.body:each("text") do
    local kept = typography.keep_together(node.text)
    if kept ~= node.text then node.text = kept end
  end
end)
