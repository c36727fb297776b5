local notis = require "notis"

-- Callouts keep their text; Hugo's other shortcodes mean nothing here. The lines stay, so that places stay true.
notis.on("item", function(item)
  item.bytes = item.bytes:gsub("{{[<%%].-[>%%]}}", function(code)
    return (code:gsub("[^\n]+", ""))
  end)
end)
