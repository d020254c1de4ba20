-- Does in the sandbox what a person would, and says what came of it:
--   nvim --headless -u NONE -i NONE -c 'luafile examples/neovim/check.lua'
local here = debug.getinfo(1, 'S').source:match('^@(.*)/[^/]*$') or '.'
vim.env.XDG_DATA_HOME = vim.fn.tempname()
local M = dofile(here .. '/engagement.lua')
M.flags = { '--sandbox' }

local function ids()
    local found = M.call('engagement.get', { engagement_id = 'ngmt_sandbox01', expand = { 'contacts' } })
    return table.concat(vim.tbl_map(function(contact) return contact.id end, found.data.contacts), ' ')
end

local function main()
    local questions, answer = {}, 1
    M.ask = function(question)
        table.insert(questions, question)
        return answer
    end
    vim.cmd('EngagementAttendees ngmt_sandbox01')
    local lines = vim.api.nvim_buf_get_lines(0, 0, -1, false)
    assert(#lines == 3 and lines[2]:find('Björn Lindqvist', 1, true), vim.inspect(lines))
    assert(lines[3]:find('# stays: cnt_sandboxroom1', 1, true), vim.inspect(lines))

    vim.api.nvim_buf_set_lines(0, 1, 2, false, { 'CONTACT5@mail.example', 'cnt_sandbox01' })
    answer = 2
    vim.cmd('write')
    assert(ids() == 'cnt_sandbox01 cnt_sandbox02 cnt_sandboxroom1', 'a no is a no: ' .. ids())
    answer = 1
    vim.cmd('write')
    assert(questions[2]:find('- cnt_sandbox02\tBjörn', 1, true), questions[2])
    assert(questions[2]:find('+ cnt_sandbox05', 1, true), questions[2])
    assert(ids() == 'cnt_sandbox01 cnt_sandbox05 cnt_sandboxroom1', ids())
    assert(not vim.bo.modified)

    vim.cmd('EngagementUndo')
    assert(ids() == 'cnt_sandbox01 cnt_sandbox02 cnt_sandboxroom1', ids())

    vim.api.nvim_buf_set_lines(0, 0, -1, false, { 'nobody@nowhere.example' })
    vim.cmd('silent! write')
    assert(#questions == 2 and vim.bo.modified, 'an unknown address is refused before anybody is asked')

    vim.cmd('edit! | EngagementAttendees ngmt_sandbox02')
    vim.api.nvim_buf_set_lines(0, 0, -1, false, { 'cnt_sandbox03' })
    vim.cmd('write')
    vim.api.nvim_buf_set_lines(0, 0, -1, false, {})
    vim.cmd('write')
    assert(questions[#questions]:find('Nobody would be left', 1, true) and not vim.bo.modified, questions[#questions])

    -- Somebody else changes it in the meantime.
    vim.cmd('edit! | EngagementAttendees ngmt_sandbox01')
    M.call('engagement.addContacts', { engagement_id = 'ngmt_sandbox01', contact_ids = { 'cnt_sandbox09' } })
    vim.api.nvim_buf_set_lines(0, 0, 1, false, {})
    vim.cmd('silent! write')
    assert(ids():find('cnt_sandbox09', 1, true) and ids():find('cnt_sandbox01', 1, true), ids())
    assert(vim.bo.modified, 'what was typed is kept')
end

local done, problem = pcall(main)
local said = done and 'edited, declined, written, undone, refused twice' or tostring(problem)
io.write('neovim: ' .. said .. '\n')
vim.cmd(done and 'qall!' or 'cquit')
