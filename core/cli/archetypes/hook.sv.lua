-- {title}
--
-- Körs för varje nyhet efter att den har lästs. Se docs/lua.md för allt som går att göra.
local notis = require "notis"

notis.on("document", { kind = "news" }, function(doc)
  for link in doc.body:each("link") do
    -- Länkar till andra webbplatser får en klass som mallar och formatmallar kan använda.
    if link.destination:match("^https?://") then link.class = "external" end
  end
end)
