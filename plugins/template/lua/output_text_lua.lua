-- An output to copy: output_text.c over again, in Lua. It writes a document as plain text.
local notis = require "notis"

-- The blocks that hold running text, and so end in a blank line.
local ends_a_paragraph = {
  paragraph = true, heading = true, code_block = true, table_row = true, caption = true, credit = true,
}
local says = { text = true, code = true, code_block = true }
local breaks = { soft_break = true, line_break = true }

local function enter(page, node)
  if says[node.type] then
    page:write(node.text)
  elseif breaks[node.type] then
    page:write("\n")
  elseif node.type == "item" then
    page:write("- ")
  end
end

local function leave(page, node)
  if node.type == "table_cell" then page:write("\t") end
  if ends_a_paragraph[node.type] then page:write("\n\n") end
end

-- Walks the tree in reading order by the nodes' own links: a text may be nested ten thousand levels deep, and calls may
-- not.
local function write_body(page, root)
  local node = root
  while node do
    enter(page, node)
    local following = node:first()
    while not following and node ~= root do
      leave(page, node)
      following = node:next()
      if not following then node = node:parent() end
    end
    node = following
  end
end

notis.output {
  name = "output_text_lua",
  version = "1.0",
  extension = "txt",
  takes = { "document" },

  -- Turns one page into bytes, by writing them or by returning them. What it reads of the page is what it depends on.
  render = function(page, config)
    local document = page.document
    local title = type(document.title) == "string" and document.title or ""
    page:write(title .. "\n" .. ("="):rep(utf8.len(title)) .. "\n\n")
    write_body(page, document.body)
  end,
}
