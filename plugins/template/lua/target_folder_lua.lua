-- A target to copy. It publishes into a folder: put stages each file under .notis-stage/, and commit moves it to its
-- place. A commit that was interrupted is begun again with "resume" and the same paths; whatever it has done already is
-- passed over. (target_dir does the same in C, also for a power failure and for paths of any length.)
local notis = require "notis"

local STAGE = ".notis-stage"

local function full(self, path)
  return self.config.path:gsub("/+$", "") .. "/" .. path
end

-- One name for a whole path, the same each time: that is how a resumed commit finds what was staged.
local function staged(self, path)
  return full(self, STAGE .. "/" .. path:gsub("[%%/]", { ["%"] = "%25", ["/"] = "%2F" }))
end

local function folder_of(path)
  return path:match("^(.*)/[^/]*$") or ""
end

local function check(self, path)
  if not self.begun then error("Nothing has been begun") end
  local good = path ~= "" and #path <= 200 and not path:find("\0", 1, true)
  for name in (path .. "/"):gmatch("([^/]*)/") do
    if name == "" or name == "." or name == ".." or name == STAGE then good = false end
  end
  if not good then error("“" .. path .. "” cannot be the path of a published file") end
end

-- Is everything above the path a real folder? A link could lead out of the publication.
local function is_reachable(self, path)
  local above = ""
  for name in folder_of(path):gmatch("[^/]+") do
    above = above .. name
    if self.files:kind(full(self, above)) ~= "folder" then return false end
    above = above .. "/"
  end
  return true
end

local function remove(self, path)
  if not is_reachable(self, path) then return end
  if self.files:kind(full(self, path)) ~= "folder" then self.files:remove(full(self, path)) end
end

-- Folders that nothing is left in go too, upward as far as they are empty.
local function drop_empty(self, path)
  local folder = folder_of(path)
  while folder ~= "" do
    local at = full(self, folder)
    if self.files:kind(at) == "folder" and not self.files:remove_directory(at) then return end
    folder = folder_of(folder)
  end
end

local function place(self, path)
  local folder = folder_of(path)
  if folder ~= "" then self.files:make_directory(full(self, folder)) end
  if not is_reachable(self, path) then error("Something that is no folder stands above " .. path) end
  if not self.files:rename(staged(self, path), full(self, path)) and not self.files:exists(full(self, path)) then
    error("What was to be published as " .. path .. " is gone")
  end
end

-- The removed files that stand where a folder is to be, or in a folder where a file is to be.
local function in_the_way(self)
  local folders, found = {}, {}
  for path in pairs(self.puts) do
    local folder = folder_of(path)
    while folder ~= "" do
      folders[folder] = true
      folder = folder_of(folder)
    end
  end
  for path in pairs(self.removes) do
    local above = folder_of(path)
    while above ~= "" and not self.puts[above] do above = folder_of(above) end
    if folders[path] or above ~= "" then found[path] = true end
  end
  return found
end

local function unstage(self)
  self.files:clear_directory(full(self, STAGE))
  self.files:remove_directory(full(self, STAGE))
end

notis.target {
  name = "target_folder_lua",
  version = "1.0",
  takes_files = true, -- put is given files as such, however large

  begin = function(self, mode)
    self.begun, self.puts, self.removes = true, {}, {}
    if mode == "new" then
      self.files:make_directory(full(self, STAGE))
      self.files:clear_directory(full(self, STAGE))
    end
  end,

  put = function(self, path, bytes, order, file)
    check(self, path)
    self.puts[path], self.removes[path] = order, nil
    if file then file:copy(staged(self, path)) end
    if bytes then self.files:write(staged(self, path), bytes) end -- nil when resuming: it was staged then
  end,

  remove = function(self, path)
    check(self, path)
    self.puts[path], self.removes[path] = nil, true
  end,

  -- Assets, then pages, then lists, so that no list shows what is not there; what is removed goes last, unless it is in
  -- the way.
  commit = function(self)
    if not self.begun then error("Nothing has been begun") end
    local first = in_the_way(self)
    for path in pairs(first) do remove(self, path) end
    for path in pairs(first) do drop_empty(self, path) end
    for order = 0, 2 do
      for path, its_order in pairs(self.puts) do
        if its_order == order then place(self, path) end
      end
    end
    for path in pairs(self.removes) do
      if not first[path] then remove(self, path) end
    end
    for path in pairs(self.removes) do drop_empty(self, path) end
    unstage(self)
  end,

  abort = function(self)
    if self.begun then unstage(self) end
    self.begun = false
  end,

  -- A number that changes when somebody alters what is published; nil when it is not there.
  look = function(self, path)
    return self.files:stamp(full(self, path))
  end,
}
