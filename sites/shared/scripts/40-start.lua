-- The start page shows the newest of each collection. It belongs to no document, so it is planned here.
local notis = require "notis"

notis.on("collect", function(site, collect)
  collect:page {
    path = "/",
    template = "start.html",
    params = {
      parts = {
        { collection = "nyheter", heading = "news_latest", more = "news_all", url = "/nyheter/", limit = 4 },
        { collection = "rapporter", heading = "reports_latest", more = "reports_all", url = "/rapporter/", limit = 2 },
      },
    },
  }
end)
