-- The attendees of an engagement as a buffer: one contact a line, id, name and e-mail address, with tabs between.
-- Take lines out, or add lines that begin with an id or hold an address only, and write the buffer: that is the
-- replacement, after a look at what would change.
--
--   :luafile examples/neovim/engagement.lua
--   :EngagementAttendees ngmt_…       opens them          :EngagementUndo     puts the last ones back

local here = debug.getinfo(1, 'S').source:match('^@(.*)/[^/]*$') or '.'
local M = { flags = {} }
local job, waiting, partial, number, said = nil, {}, '', 0, ''

local function program()
    local named, built = vim.env.ENGAGEMENT_RPC or '', here .. '/../../.build/release/engagement-rpc'
    if named ~= '' then return named end
    local outside = vim.fn.executable('engagement-rpc') == 1 or vim.fn.executable(built) == 0
    return outside and 'engagement-rpc' or built
end

local function heard(_, lines)
    lines[1] = partial .. lines[1]
    partial = table.remove(lines)
    for _, line in ipairs(lines) do
        local answer = vim.json.decode(line)
        -- An error without an id is about a request that could not be read, and only the last one can wait.
        if answer.id == vim.NIL and answer.error then answer.id = number end
        if answer.id then waiting[answer.id] = answer end
    end
end

-- What the process says on stderr: its last line is why it has ended.
local function explained(_, lines)
    for _, line in ipairs(lines) do if line ~= '' then said = line end end
end

local function start()
    local state = vim.fn.stdpath('data') .. '/engagement-rpc'
    vim.fn.mkdir(state, 'p', 448)
    local command = { program(), '--journal', state .. '/journal.jsonl' }
    vim.list_extend(command, M.flags)
    partial, said = '', ''
    local callbacks = { on_stdout = heard, on_stderr = explained, on_exit = function() job = nil end }
    local started, id = pcall(vim.fn.jobstart, command, callbacks)
    if not started or id <= 0 then error('engagement-rpc can\'t be started from ' .. command[1], 0) end
    job = id
end

-- The result of one call; an error is raised as one sentence, with what became of a write.
function M.call(method, params)
    if not job then start() end
    number = number + 1
    local id = number
    local line = vim.json.encode({ jsonrpc = '2.0', id = id, method = method, params = params })
    pcall(vim.fn.chansend, job, line .. '\n')
    vim.wait(60000, function() return waiting[id] or not job end, 5)
    local answer = waiting[id]
    waiting[id] = nil
    if not answer and not job and said ~= '' then error((said:gsub('^engagement%-rpc: ', '')), 0) end
    if not answer then error('engagement-rpc ended before it had answered; read the attendees again', 0) end
    if answer.error then
        local applied = answer.error.data and answer.error.data.applied
        error(answer.error.message .. (applied and ' (applied: ' .. applied .. ')' or ''), 0)
    end
    return answer.result
end

local function label(contact)
    local name = {}
    for _, part in ipairs({ contact.first_name, contact.last_name }) do
        if part ~= vim.NIL then table.insert(name, part) end
    end
    local emails = {}
    for _, address in ipairs(contact.emails or {}) do table.insert(emails, address.email) end
    local line = table.concat({ contact.id, table.concat(name, ' '), table.concat(emails, ' ') }, '\t')
    return (line:gsub('%c', function(c) return c == '\t' and c or ' ' end))
end

local function read(buffer)
    local found = M.call('engagement.get', { engagement_id = vim.b[buffer].engagement, expand = { 'contacts' } })
    local lines, ids, labels = {}, {}, {}
    for _, contact in ipairs(found.data.contacts) do
        if contact.is_calendar_resource then
            table.insert(lines, '# stays: ' .. label(contact))
        else
            table.insert(lines, label(contact))
            table.insert(ids, contact.id)
            labels[contact.id] = label(contact)
        end
    end
    vim.api.nvim_buf_set_lines(buffer, 0, -1, false, lines)
    vim.bo[buffer].modified = false
    vim.b[buffer].contacts, vim.b[buffer].labels = ids, labels
end

-- The ids that the lines name, once each; addresses are looked up, and one that is unknown is an error.
local function wanted(buffer)
    local ids, addresses, seen = {}, {}, {}
    for at, line in ipairs(vim.api.nvim_buf_get_lines(buffer, 0, -1, false)) do
        local word = line:match('^%s*([^%s]+)')
        if not word or word:sub(1, 1) == '#' then
        elseif word:match('^cnt_%w+$') then
            table.insert(ids, word)
        elseif word:find('@', 1, true) then
            table.insert(addresses, word)
        else
            error('line ' .. at .. ' begins with neither an id nor an address: ' .. line, 0)
        end
    end
    for first = 1, #addresses, 50 do
        local some = vim.list_slice(addresses, first, first + 49)
        local found = M.call('engagement.findContacts', { emails = some }).data
        for _, address in ipairs(some) do
            if not found.found[address] then error('no one contact has the address ' .. address, 0) end
            table.insert(ids, found.found[address])
        end
    end
    local once = {}
    for _, id in ipairs(ids) do
        if not seen[id] then table.insert(once, id) end
        seen[id] = true
    end
    return once
end

local function write(buffer)
    local engagement, ids = vim.b[buffer].engagement, wanted(buffer)
    local params = { engagement_id = engagement, contact_ids = ids, dry_run = true }
    local changes = M.call('engagement.replaceContacts', params).changes
    if #changes.added == 0 and #changes.removed == 0 then
        read(buffer)
        return print('nothing to change')
    end
    local text = {}
    for _, id in ipairs(changes.removed) do table.insert(text, '- ' .. (vim.b[buffer].labels[id] or id)) end
    for _, id in ipairs(changes.added) do table.insert(text, '+ ' .. id) end
    if #ids == 0 then table.insert(text, 'Nobody would be left.') end
    table.insert(text, 'Replace?')
    if M.ask(table.concat(text, '\n')) ~= 1 then return print('nothing is written') end
    params.dry_run = nil
    params.expected_contact_ids = vim.b[buffer].contacts
    changes = M.call('engagement.replaceContacts', params).changes
    read(buffer)
    print(#changes.removed .. ' taken off, ' .. #changes.added .. ' added')
end

function M.ask(question) return vim.fn.confirm(question, '&Yes\n&No', 2) end

-- Runs `action`; what goes wrong is shown, and the buffer stays as it was.
local function shown(action, ...)
    local done, problem = pcall(action, ...)
    if not done then vim.api.nvim_echo({ { 'engagement-rpc: ' .. tostring(problem), 'ErrorMsg' } }, true, {}) end
    return done
end

function M.open(engagement)
    vim.cmd('edit ' .. vim.fn.fnameescape('engagement://' .. engagement))
    local buffer = vim.api.nvim_get_current_buf()
    vim.bo[buffer].buftype, vim.bo[buffer].swapfile = 'acwrite', false
    vim.b[buffer].engagement = engagement
    vim.api.nvim_create_autocmd('BufWriteCmd', {
        buffer = buffer,
        group = vim.api.nvim_create_augroup('engagement' .. buffer, {}),
        callback = function() shown(write, buffer) end,
    })
    return shown(read, buffer)
end

function M.undo()
    local buffer = vim.api.nvim_get_current_buf()
    return shown(function()
        local engagement = vim.b[buffer].engagement or error('these are not the attendees of an engagement', 0)
        M.call('engagement.undo', { engagement_id = engagement })
        read(buffer)
        print('put back')
    end)
end

vim.api.nvim_create_user_command('EngagementAttendees', function(given) M.open(given.args) end, { nargs = 1 })
vim.api.nvim_create_user_command('EngagementUndo', function() M.undo() end, {})
package.loaded['engagement'] = M
return M
