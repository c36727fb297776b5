-- Says where a link leads before anyone follows it: to another website, to a text in another language, or to a document
-- of a certain format and size.
local notis = require "notis"

local documents = {
  csv = "csv", docx = "Word", odt = "odt", pdf = "pdf", pptx = "PowerPoint", xlsx = "Excel", zip = "zip",
}

notis.on("document", function(doc)
  for link in doc.body:each("link") do
    if link.destination:match("^https?://") then
      link.class = "external"
      link:attr("rel", "external")
    end
    local lang = link.destination:match("%.(%l%l%l?)%.md")
    if lang and lang ~= doc.lang then
      link:attr("hreflang", lang)
      link.lang = lang
    end
    local file = link:file()
    local format = file and documents[file.format]
    if format then link:append(" (" .. format .. ", " .. notis.format.size(file.size) .. ")") end
  end
end)
