-- A news item or report without a lead gets its first paragraph as one. The paragraph leaves the body, so that it is
-- not read twice.
local notis = require "notis"

local function lead(doc)
  if doc.lead then return end
  local first = doc.body:first("paragraph")
  if not first then
    notis.warn(doc, "Texten har varken ingress eller brödtext", "Skriv en ingress efter `lead:`")
    return
  end
  doc.lead = first:text()
  first:remove()
end

notis.on("document", { kind = "news" }, lead)
notis.on("document", { kind = "report" }, lead)
