-- Says where a link leads before anyone follows it: another website, or a file of a certain format.
local notis = require "notis"

local formats = { csv = "csv", docx = "Word", pdf = "pdf", pptx = "PowerPoint", xlsx = "Excel" }

local function format_of(destination)
  local path = destination:gsub("[?#].*$", "")
  local extension = path:match("%.(%w+)$")
  return extension and formats[extension:lower()]
end

notis.on("document", function(doc)
  for link in doc.body:each("link") do
    local to = link.destination
    if to:match("^https?://") then
      link.class = "external"
      link:attr("rel", "external")
    end
    local format = format_of(to)
    if format then link:append(" (" .. format .. ")") end
  end
end)
