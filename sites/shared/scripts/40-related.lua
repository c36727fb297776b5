-- The newest news items that share a topic with a text, for templates: {% for item in related(site, doc, 3) %}.
local notis = require "notis"

notis.global("related", function(site, doc, limit)
  if not doc.topics then return {} end
  return site:collection("nyheter"):where { topics = doc.topics, id = { ne = doc.id } }:limit(limit)
end)
