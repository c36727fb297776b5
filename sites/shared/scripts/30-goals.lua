-- A report names the goals that it follows: those of the region, whose texts stand once in data/mal.yaml, and the global
-- ones by their numbers.
local notis = require "notis"

notis.on("document", { kind = "report" }, function(doc)
  if not doc.goals then return end
  local known = notis.data("data/mal.yaml")
  local targets = {}
  for _, name in ipairs(doc.goals) do
    local goal = known[name]
    if goal then
      targets[#targets + 1] =
        { name = name, title = goal.title, text = goal.text, indicator = goal.indicator, year = goal.year }
    else
      notis.error(doc:field("goals"), "Det finns inget mål som heter ”" .. name .. "”",
        "Målen står i data/mal.yaml")
    end
  end
  doc.targets = targets
end)

notis.global("global_goal", function(number, lang)
  local goal = notis.data("data/globala-mal.yaml")[number]
  return goal[lang] or goal.sv
end)
