local notis = require "notis"

-- Hugo's shortcodes ({{< img src="x" >}}) mean nothing here. The lines stay, so that places stay true.
notis.on("item", function(item)
  item.bytes = item.bytes:gsub("{{[<%%].-[>%%]}}", function(code)
    return (code:gsub("[^\n]+", ""))
  end)
end)

-- A news item without text points to where the news is told.
notis.on("document", { kind = "news" }, function(doc)
  if doc.source_url and doc.body:text() == "" then
    local link = notis.node("link", { destination = doc.source_url, "Read more at " .. (doc.source or doc.source_url) })
    doc.body:append(notis.node("paragraph", { link }))
  end
end)
