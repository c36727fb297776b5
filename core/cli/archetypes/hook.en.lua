-- {title}
--
-- Runs for each news item after it has been read. See docs/lua.md for all that can be done.
local notis = require "notis"

notis.on("document", { kind = "news" }, function(doc)
  for link in doc.body:each("link") do
    -- Links to other websites get a class that templates and style sheets can use.
    if link.destination:match("^https?://") then link.class = "external" end
  end
end)
