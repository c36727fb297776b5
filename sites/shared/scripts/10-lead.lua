-- A news item or report without a lead gets its first paragraph as one. The paragraph leaves the body, so that it is
-- not read twice.
local notis = require "notis"

local function first_block(body)
  for block in body:children() do return block end
end

local function lead(doc)
  if doc.lead then return end
  local first = first_block(doc.body)
  if first and first.type == "paragraph" then
    doc.lead = first:text()
    first:remove()
  else
    notis.warn(doc, "Texten saknar ingress", "Skriv två eller tre meningar efter `lead:`, eller börja med ett stycke")
  end
end

notis.on("document", { kind = "news" }, lead)
notis.on("document", { kind = "report" }, lead)
