-- The report card: key figures as a table at the head of the report's text, so that feeds have them too.
local notis = require "notis"
local words = require "words"

local function cell(text, class, scope)
  return notis.node("table_cell", { class = class, attrs = scope and { scope = scope }, text })
end

local function value_of(figure)
  local number = notis.format.number(figure.value)
  if not figure.unit then return number end
  return number .. "\u{a0}" .. figure.unit
end

local function change_of(figure, word)
  local change = figure.change
  if not change then return "–" end
  local since = figure.since and " " .. word.since .. " " .. figure.since or ""
  if change == 0 then return word.unchanged .. since end
  local number = notis.format.number(math.abs(change))
  local unit = figure.change_unit and "\u{a0}" .. figure.change_unit or ""
  return (change > 0 and "+" or "−") .. number .. unit .. since
end

local function rows(figures, word)
  local changes = false
  for _, figure in ipairs(figures) do changes = changes or figure.change ~= nil end
  local head = { cell(word.measure, nil, "col"), cell(word.value, "number", "col") }
  if changes then head[3] = cell(word.change, nil, "col") end
  head.head = true
  local result = { notis.node("table_row", head) }
  for _, figure in ipairs(figures) do
    local row = { cell(figure.label, nil, "row"), cell(value_of(figure), "number value") }
    if changes then row[3] = cell(change_of(figure, word), "change") end
    result[#result + 1] = notis.node("table_row", row)
  end
  return result
end

notis.on("document", { kind = "report" }, function(doc)
  if not doc.figures then return end
  local word = words.of(doc.lang)
  local content = rows(doc.figures, word)
  table.insert(content, 1, notis.node("caption", { word.figures }))
  content.class = "key-figures"
  doc.body:prepend(notis.node("div", {
    class = "table",
    attrs = { role = "region", ["aria-label"] = word.figures, tabindex = "0" },
    notis.node("table", content),
  }))
end)
