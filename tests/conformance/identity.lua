-- Reads and writes back everything that a hook can reach in a body, and puts a clone in the place of every node. The page
-- must come out as if nothing had happened.
local notis = require "notis"

local text = { "text" }
local link = { "destination", "title" }
local members = {
  heading = { "level" },
  list = { "start", "ordered", "tight" },
  item = { "task", "checked" },
  code_block = { "text", "info" },
  table_row = { "head" },
  table_cell = { "align" },
  footnote_definition = { "label" },
  footnote_reference = { "label" },
  raw_block = { "text", "format" },
  raw_inline = { "text", "format" },
  text = text,
  code = text,
  link = link,
  image = link,
}
local of_every_node = { "id", "class", "lang" }
local types = {
  "paragraph", "heading", "list", "item", "quote", "code_block", "thematic_break", "table", "table_row", "table_cell",
  "figure", "caption", "credit", "section", "div", "footnote_definition", "raw_block", "text", "soft_break",
  "line_break", "code", "emphasis", "strong", "strikethrough", "link", "image", "footnote_reference", "span",
  "raw_inline",
}

local function write_back(node)
  for _, name in ipairs(members[node.type] or {}) do
    local value = node[name]
    if value == nil then error(node.type .. " has no " .. name) end
    node[name] = value
  end
  for _, name in ipairs(of_every_node) do
    node[name] = node[name]
    node:attr(name, node:attr(name))
  end
end

local function walk_all(body)
  local visitor, visited = {}, 0
  for _, name in ipairs(types) do
    visitor[name] = function(node)
      if node.type ~= name then error("a " .. node.type .. " was taken for a " .. name) end
      write_back(node)
      visited = visited + 1
    end
  end
  body:walk(visitor)
  return visited
end

-- From the last to the first, so that what is put in place of a node holds the clones of what it held.
local function clone_all(body)
  local nodes = {}
  for node in body:each() do
    nodes[#nodes + 1] = node
  end
  for i = #nodes, 1, -1 do
    nodes[i]:replace(nodes[i]:clone())
  end
  return #nodes
end

notis.on("document", function(doc)
  local visited, cloned = walk_all(doc.body), clone_all(doc.body)
  if visited ~= cloned then error(visited .. " nodes were walked, and " .. cloned .. " cloned") end
  local blocks = {}
  for block in doc.body:children() do
    blocks[#blocks + 1] = block:clone()
  end
  doc.body = blocks
end)
