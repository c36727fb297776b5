-- A table wider than the screen scrolls by itself instead of the page, also with the keyboard. A paragraph right before
-- the table that begins "Tabell:" becomes its caption, the first cell of each row heads it, and alignment is a class, as
-- HTML wants it.
local notis = require "notis"
local words = require "words"

local function align(found)
  for cell in found:each("table_cell") do
    if cell.align == "right" then cell.class = "number" end
    cell.align = "none"
    if cell:parent().head then
      cell:attr("scope", "col")
    elseif not cell:prev() then
      cell:attr("scope", "row")
    end
  end
end

local function caption_of(found, word)
  local before = found:prev()
  if not before or before.type ~= "paragraph" then return nil end
  local text = before:text()
  if text:sub(1, #word + 1) ~= word .. ":" then return nil end
  before:remove()
  return text:sub(#word + 2):match("^%s*(.*)$")
end

notis.on("document", function(doc)
  local word, count = words.of(doc.lang).table, 0
  for found in doc.body:each("table") do
    count = count + 1
    align(found)
    local caption = caption_of(found, word)
    if caption then found:prepend(notis.node("caption", { caption })) end
    local region = notis.node("div", {
      class = "table",
      attrs = { role = "region", ["aria-label"] = caption or word .. " " .. count, tabindex = "0" },
    })
    found:insert_before(region)
    region:append(found)
  end
end)
