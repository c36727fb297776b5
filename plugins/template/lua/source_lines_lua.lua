-- A source to copy: source_lines.c over again, in Lua. The first line is the title; each run of lines after it is a
-- paragraph.
local notis = require "notis"

-- Each line of a text and its number, without its end, CRLF too.
local function lines(text, number)
  local at = 1
  return function()
    if at > #text then return nil end
    local stop = text:find("\n", at, true) or #text + 1
    local line = text:sub(at, stop - 1):gsub("\r$", "")
    at, number = stop + 1, number + 1
    return line, number - 1
  end
end

local function is_blank(line)
  return not line:find("[^ \t]")
end

-- Every node is opened and closed; what is opened between becomes its child.
local function add_paragraphs(builder, next_line)
  local inside = false
  for line, number in next_line do
    local blank = is_blank(line)
    if not blank then
      if inside then
        builder:node("soft_break", {}, number, 1)
      else
        builder:open("paragraph", {}, number, 1)
      end
      builder:text(line, number, 1)
    elseif inside then
      builder:close()
    end
    inside = not blank
  end
  if inside then builder:close() end
end

notis.source {
  name = "source_lines_lua",
  version = "1.0",

  -- Our items are files, so we only say which: the host lists them, reads them, and watches them for changes.
  discover = function(sink, config)
    sink:files(config.path or "content", config.match or "**/*.lines")
  end,

  -- Turns one item into a document: first its fields, then its body. Pure: it knows only the item and its settings.
  parse = function(item, builder, config)
    if item.yaml ~= "" then builder:front_matter(item.yaml, item.yaml_line) end
    local next_line = lines(item.body, item.body_line)
    local title, number
    repeat
      title, number = next_line()
    until not title or not is_blank(title)
    if not title then
      builder:error("The file has no text, and so no title", nil, nil, "Write the title on the first line.")
      return
    end
    builder:field("title", title, number, 1)
    add_paragraphs(builder, next_line)
  end,
}
