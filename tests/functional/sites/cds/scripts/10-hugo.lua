local notis = require "notis"

-- Hugo's shortcodes mean nothing here; what stands between two of them stays, and so do the lines.
notis.on("item", function(item)
  item.bytes = item.bytes:gsub("{{[<%%].-[>%%]}}", function(code)
    return (code:gsub("[^\n]+", ""))
  end)
end)
