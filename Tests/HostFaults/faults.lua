-- What engagement.lua, beside this file, says of a request that can't be read, and of a wrong flag.
local here = debug.getinfo(1, 'S').source:match('^@(.*)/[^/]*$') or '.'
vim.env.XDG_DATA_HOME = vim.fn.tempname()
local function try(flag, method, params)
    local M = dofile(here .. '/engagement.lua')
    M.flags = { flag }
    local done, problem = pcall(M.call, method, params)
    io.write((done and 'nothing' or tostring(problem)) .. '\n')
end
try('--sandbox', 'contact.get', { contact_id = ('x'):rep(17 * 1024 * 1024) })
try('--sandbox', 'service.ping', vim.empty_dict())
try('--sandbx', 'service.ping', vim.empty_dict())
vim.cmd('qall!')
