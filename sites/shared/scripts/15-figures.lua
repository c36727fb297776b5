-- An image alone in a paragraph becomes a figure. Its title is the caption, and what follows "Foto:" or "Illustration:"
-- at the end of it the credit:
--
--     ![Karta över fem byar](byar.svg "Byarna som får fiber. Illustration: Karin Exempel")
local notis = require "notis"

local function only_image(paragraph)
  local found
  for child in paragraph:children() do
    if found or child.type ~= "image" then return nil end
    found = child
  end
  return found
end

local function split(title)
  for _, word in ipairs { "Foto:", "Illustration:", "Photo:", "Kuva:", "Kuvitus:" } do
    local at = title:find(word, 1, true)
    if at then return title:sub(1, at - 1):match("^(.-)%s*$"), title:sub(at) end
  end
  return title, nil
end

notis.on("document", function(doc)
  for paragraph in doc.body:each("paragraph") do
    local image = only_image(paragraph)
    if image then
      local text, credit = split(image.title or "")
      image.title = ""
      local figure = notis.node("figure", { image:clone() })
      local caption = notis.node("caption", {})
      if text ~= "" then caption:append(text) end
      if credit then
        if text ~= "" then caption:append(" ") end
        caption:append(notis.node("credit", { credit }))
      end
      if text ~= "" or credit then figure:append(caption) end
      paragraph:replace(figure)
    end
  end
end)
